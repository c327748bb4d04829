import Synchronization

extension InMemoryHypervisor {
    /// Starts, and calls the boot hook unless paused or restored.
    package func start(uuid: String, paused: Bool) async throws {
        try start(uuid, paused: paused, fresh: false)
    }

    /// Throws the managed save away and starts.
    package func startFresh(uuid: String, paused: Bool) async throws {
        try start(uuid, paused: paused, fresh: true)
    }

    private func start(_ uuid: String, paused: Bool, fresh: Bool) throws {
        let time = now()
        try perform(fresh ? .startFresh : .start, uuid) { state, effects in
            var domain = try state.domain(uuid)
            let isReached = paused ? domain.info.state == .paused : domain.info.state.isRunning
            guard !domain.info.state.isActive else {
                guard isReached else {
                    throw LibvirtError.invalid(
                        "domain is already \(domain.info.state)",
                        operation: "start \(domain.info.name)"
                    )
                }
                return
            }
            if fresh || domain.managedSave?.isStale == true || domain.managedSave?.fault == .incomplete {
                domain.removeManagedSave()
            }
            if let image = domain.managedSave {
                try domain.restore(image, paused: paused, id: state.nextID, at: time, &effects)
            } else {
                domain.start(as: .paused, id: state.nextID, at: time)
                effects.events.append(domain.event(.started, "booted"))
                if paused {
                    effects.events.append(domain.event(.suspended, "paused"))
                } else {
                    domain.run(&effects, quietly: true)
                }
            }
            state.nextID += 1
            state.domains[uuid] = domain
        }
    }

    /// Saves and stops at once.
    package func managedSave(uuid: String) async throws {
        let time = now()
        try perform(.managedSave, uuid) { state, effects in
            var domain = try state.domain(uuid)
            guard let activeXML = domain.activeXML else {
                guard domain.managedSave == nil else { return }
                throw LibvirtError.invalid("domain is not running", operation: "save \(domain.info.name)")
            }
            guard domain.info.isPersistent else {
                throw LibvirtError.invalid("cannot do managed save for transient domain", operation: "save")
            }
            domain.stop(at: time, as: .shutOff)
            domain.managedSave = ManagedSave(
                number: domain.resumptions.count,
                hasBooted: domain.hasBooted,
                activeXML: activeXML
            )
            domain.resumptions.append(0)
            domain.info.hasManagedSave = true
            effects.events.append(domain.event(.stopped, "saved"))
            state.domains[uuid] = domain
        }
    }

    /// Forgets the image.
    package func removeManagedSave(uuid: String) async throws {
        try perform(.removeManagedSave, uuid) { state, _ in
            var domain = try state.domain(uuid)
            domain.removeManagedSave()
            state.domains[uuid] = domain
        }
    }
}

extension InMemoryHypervisor {
    /// What can be wrong with a managed save.
    package enum RestoreFault: Hashable, Sendable {
        /// Each restore fails; the domain stays shut off and keeps the image.
        case fails
        /// The image was never finished: it is thrown away and the domain boots.
        case incomplete
        /// libvirtd ends after the restore and before it removes the image: the domain is paused with the image still
        /// there, and the call ends as a lost connection.
        ///
        /// The connection itself stays; see ``disconnect(message:)``.
        case interrupted
    }

    /// Makes the present managed save of a domain a bad one, or a good one again.
    package func setRestoreFault(_ fault: RestoreFault?, of uuid: String) {
        state.withLock { $0.domains[uuid]?.managedSave?.fault = fault }
    }

    /// How often the guest ran on from each image that was made, in their order; more than once would be two
    /// resumptions of one memory.
    package func resumptions(ofImagesOf uuid: String) -> [Int] {
        state.withLock { $0.domains[uuid]?.resumptions } ?? []
    }

    /// Starts a domain from its managed save as somebody else does whose libvirtd ends before it has removed the image:
    /// the guest runs, and the image stays.
    package func restoreLeavingImage(uuid: String) {
        let time = now()
        let events = state.withLock { state -> [LifecycleEvent] in
            guard var domain = state.domains[uuid], let image = domain.managedSave, !domain.info.state.isActive
            else { return [] }
            domain.start(as: .running, id: state.nextID, at: time, xml: image.activeXML)
            state.nextID += 1
            domain.hasBooted = image.hasBooted
            domain.resumptions[image.number] += 1
            state.domains[uuid] = domain
            return [domain.event(.started, "restored")]
        }
        for event in events { lifecycle.send(event) }
    }
}

extension InMemoryHypervisor.Domain {
    mutating func removeManagedSave() {
        managedSave = nil
        info.hasManagedSave = false
    }

    /// Lets a paused domain run; the guest boots if it never did.
    mutating func run(_ effects: inout InMemoryHypervisor.Effects, quietly: Bool = false) {
        info.state = .running
        if !quietly { effects.events.append(event(.resumed, "unpaused")) }
        if let image = resumedImage.take() { resumptions[image] += 1 }
        if !hasBooted {
            hasBooted = true
            effects.booted = info
        }
    }

    /// Becomes active with the memory of an image: paused first, running when the image is gone.
    mutating func restore(
        _ image: InMemoryHypervisor.ManagedSave,
        paused: Bool,
        id: Int,
        at time: MeasurementTime,
        _ effects: inout InMemoryHypervisor.Effects
    ) throws(LibvirtError) {
        guard image.fault != .fails else {
            throw LibvirtError(
                code: .internalError,
                message: "qemu unexpectedly closed the monitor: load of migration failed: Invalid argument",
                operation: "start \(info.name)"
            )
        }
        start(as: .paused, id: id, at: time, xml: image.activeXML)
        hasBooted = image.hasBooted
        resumedImage = image.number
        effects.events.append(event(.started, "restored"))
        effects.events.append(event(.suspended, "restored"))
        guard image.fault != .interrupted else {
            effects.error = LibvirtError(
                code: .rpc,
                message: "end of file while reading data",
                operation: "start \(info.name)",
                isConnectionLost: true
            )
            return
        }
        removeManagedSave()
        if !paused { run(&effects) }
    }
}
