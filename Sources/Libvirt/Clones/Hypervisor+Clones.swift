extension Hypervisor {
    /// Makes a domain from a template: its definition, a linked volume for each writable disk, a static lease. It is
    /// shut off then.
    ///
    /// The definition comes first, with a record of all that will belong to it (``CloneRecord``), and the record says
    /// ``CloneRecord/State/ready`` when all is there. When a step fails, what was made is removed again, also when the
    /// task was cancelled. What a crash, or a lost connection, leaves behind shows in ``unfinishedClones()`` and goes
    /// with ``removeClone(uuid:)``.
    ///
    /// Throws ``LibvirtError/Code/domainExists`` when name or UUID are taken, ``LibvirtError/Code/operationInvalid`` for
    /// a template that is not shut off, ``LibvirtError/Code/configUnsupported`` for one that cannot be cloned, and what
    /// ``createLinkedVolume(_:backing:)`` and ``addDHCPReservation(_:network:)`` throw.
    package func cloneDomain(_ request: CloneRequest) async throws -> DomainInfo {
        let plan = try await plan(request)
        // A cancelled call may still have its effect later, and nothing may come into being once the clean-up has begun;
        // nor must the clean-up be cancelled with its caller.
        do {
            let clone = try await withoutCancellation { try await make(plan) }
            try Task.checkCancellation()
            return clone
        } catch {
            // What it cannot do now stays on record.
            try? await withoutCancellation { try await removeClone(uuid: request.uuid) }
            throw error
        }
    }

    private func make(_ plan: ClonePlan) async throws -> DomainInfo {
        _ = try await define(xml: plan.definition)
        for (volume, backing) in zip(plan.record.volumes, plan.backings) {
            _ = try await createLinkedVolume(volume, backing: backing)
        }
        if let reservation = plan.record.reservation {
            try await addDHCPReservation(reservation.lease, network: reservation.network)
        }
        try await updateRecord(uuid: plan.record.uuid) { $0.clone?.state = .ready }
        return try await domain(uuid: plan.record.uuid)
    }

    /// Removes a clone with all it owns: volumes, static lease, managed save, snapshots' metadata, firmware variables.
    ///
    /// One that does not exist is no error, so that an interrupted removal can be repeated. The definition goes last;
    /// until then its record names what is left. Volumes that do not bear the domain's UUID in their name are never
    /// deleted.
    ///
    /// Throws ``LibvirtError/Code/operationInvalid`` for a domain that we did not make, or that is active.
    package func removeClone(uuid: String) async throws {
        let domain: DomainInfo
        do {
            domain = try await self.domain(uuid: uuid)
        } catch let error as LibvirtError where error.code == .noDomain {
            return
        }
        guard let clone = domain.record?.clone, clone.uuid == uuid else {
            throw LibvirtError.invalid(
                "it is no clone of ours, so it is left alone",
                operation: "remove \(domain.name)"
            )
        }
        guard !domain.state.isActive else {
            throw LibvirtError.invalid(
                "it is \(domain.state); stop it first",
                operation: "remove the clone \(domain.name)"
            )
        }
        if clone.state == .ready { try await updateRecord(uuid: uuid) { $0.clone?.state = .removing } }
        // A memory image without its disks is of no use, and must not outlive them.
        try await removeManagedSave(uuid: uuid)
        for volume in clone.ownVolumes {
            do {
                try await deleteVolume(volume)
            } catch let error as LibvirtError where error.code == .noStoragePool {
                continue  // gone with all that was in it
            }
        }
        if let reservation = clone.reservation {
            do {
                try await removeDHCPReservation(reservation.lease, network: reservation.network)
            } catch let error as LibvirtError where error.code == .noNetwork {
                // gone with its leases
            }
        }
        try await undefine(uuid: uuid, withFirmware: true)
    }

    /// The clones that are not whole: left behind by a crash, or being made or removed right now.
    package func unfinishedClones() async throws -> [DomainInfo] {
        try await domains().filter { domain in
            guard let clone = domain.record?.clone, clone.uuid == domain.uuid else { return false }
            return clone.state != .ready
        }
    }

    /// Changes our record of a domain, keeping what is not changed; begins with an empty one where there is none.
    ///
    /// Reads and then writes: two callers at once on the same domain lose one of the changes.
    ///
    /// - Throws: ``LibvirtError/Code/xmlError`` when the present record cannot be read; it is left as it is.
    package func updateRecord(uuid: String, _ change: (inout InstanceRecord) -> Void) async throws {
        var record = try await metadata(uuid: uuid).map { text throws(LibvirtError) in try InstanceRecord(xml: text) }
        change(&record[default: InstanceRecord()])
        try await setMetadata(uuid: uuid, xml: record?.xml)
    }
}

extension Optional {
    fileprivate subscript(default value: @autoclosure () -> Wrapped) -> Wrapped {
        get { self ?? value() }
        set { self = newValue }
    }
}
