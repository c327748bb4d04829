import Foundation
import Synchronization

extension InMemoryHypervisor {
    /// Defines a domain, or changes its definition.
    package func define(xml: String) async throws -> String {
        let parsed = try DomainXML(xml)
        guard let name = parsed.name else {
            throw LibvirtError(code: .xmlError, message: "missing domain name", operation: "define a domain")
        }
        let given = parsed.uuid
        let time = now()
        return try perform(.define) { state, effects in
            let holder = state.domains.values.first { $0.info.name == name }?.info.uuid
            let uuid = given ?? holder ?? UUID().uuidString.lowercased()
            guard holder == nil || holder == uuid else {
                throw LibvirtError(
                    code: .domainExists,
                    message: "domain '\(name)' already exists",
                    operation: "define \(name)"
                )
            }
            let definition = try DomainXML(xml)
            definition.setUUID(uuid)
            let isNew = state.domains[uuid] == nil
            var domain =
                state.domains[uuid]
                ?? Domain(
                    info: DomainInfo(uuid: uuid, name: name, state: .shutOff),
                    inactiveXML: "",
                    counted: time
                )
            domain.inactiveXML = definition.text
            domain.info.isPersistent = true
            if !domain.info.state.isActive { domain.adopt(definition, name: name) }
            state.domains[uuid] = domain
            effects.events.append(domain.event(.defined, isNew ? "added" : "updated"))
            return uuid
        }
    }

    /// Removes a definition.
    package func undefine(uuid: String, withFirmware: Bool) async throws {
        try perform(.undefine, uuid) { state, effects in
            guard var domain = state.domains[uuid] else { return }
            domain.info.isPersistent = false
            state.domains[uuid] = domain.info.state.isActive ? domain : nil
            effects.events.append(domain.event(.undefined, "removed"))
        }
    }

    /// Edits the definition.
    package func setCredentials(uuid: String, _ credentials: [Credential]) async throws {
        try perform(.setCredentials, uuid) { state, effects in
            var domain = try state.domain(uuid)
            let definition = try DomainXML(domain.inactiveXML)
            try definition.setCredentials(credentials)
            domain.inactiveXML = definition.text
            state.domains[uuid] = domain
            effects.events.append(domain.event(.defined, "updated"))
        }
    }

    /// Pauses.
    package func suspend(uuid: String) async throws {
        let time = now()
        try perform(.suspend, uuid) { state, effects in
            var domain = try state.activeDomain(uuid, for: "suspend")
            guard domain.info.state != .paused else { return }
            domain.count(until: time)
            domain.info.state = .paused
            state.domains[uuid] = domain
            effects.events.append(domain.event(.suspended, "paused"))
        }
    }

    /// Resumes, and calls the boot hook if the domain was started paused.
    package func resume(uuid: String) async throws {
        let time = now()
        try perform(.resume, uuid) { state, effects in
            var domain = try state.activeDomain(uuid, for: "resume")
            guard domain.info.state == .paused else { return }
            domain.count(until: time)
            domain.removeManagedSave()
            domain.run(&effects)
            state.domains[uuid] = domain
        }
    }

    /// Stops the domain at once, unless its guest does not obey or is paused.
    package func shutdown(uuid: String) async throws {
        let time = now()
        try perform(.shutdown, uuid) { state, effects in
            var domain = try state.domain(uuid)
            guard domain.info.state.isRunning, domain.obeysShutdown else { return }
            domain.stop(at: time, as: .shutOff)
            effects.events.append(domain.event(.shutdown, "guest"))
            effects.events.append(domain.event(.stopped, "shutdown"))
            state.domains[uuid] = domain.info.isPersistent ? domain : nil
        }
    }

    /// Stops the domain at once, in the run of that number.
    package func destroy(uuid: String, run: Int?) async throws {
        let time = now()
        try perform(.destroy, uuid) { state, effects in
            var domain = try state.domain(uuid)
            guard domain.info.state.isActive, run == nil || run == domain.info.id else { return }
            domain.stop(at: time, as: .shutOff)
            effects.events.append(domain.event(.stopped, "destroyed"))
            state.domains[uuid] = domain.info.isPersistent ? domain : nil
        }
    }

    /// What was set last.
    package func metadata(uuid: String) async throws -> String? {
        try perform(.metadata, uuid) { state, _ in
            try DomainXML(try state.domain(uuid).inactiveXML).metadata
        }
    }

    /// Keeps the element.
    package func setMetadata(uuid: String, xml: String?) async throws {
        let element = try xml.map(DomainMetadata.element(from:))
        try perform(.setMetadata, uuid) { state, _ in
            var domain = try state.domain(uuid)
            let definition = try DomainXML(domain.inactiveXML)
            try definition.setMetadata(element)
            domain.inactiveXML = definition.text
            if let active = try domain.activeXML.map(DomainXML.init) {
                try active.setMetadata(element)
                domain.activeXML = active.text
            }
            domain.info.metadata = element
            state.domains[uuid] = domain
        }
    }

    /// A subscription to what happens to domains.
    package func lifecycleEvents() -> AsyncStream<LifecycleEvent> {
        lifecycle.subscribe()
    }

    /// A subscription to ``disconnect(message:)`` and ``reconnect()``.
    package func connectionEvents() -> AsyncStream<ConnectionEvent> {
        state.withLock { connection.subscribe(first: $0.isConnected ? .connected : nil) }
    }
}

extension InMemoryHypervisor.State {
    func activeDomain(_ uuid: String, for verb: String) throws(LibvirtError) -> InMemoryHypervisor.Domain {
        let domain = try domain(uuid)
        guard domain.info.state.isActive else {
            throw .invalid("domain is not running", operation: "\(verb) \(domain.info.name)")
        }
        return domain
    }
}

extension InMemoryHypervisor.Domain {
    /// Becomes active, with the definition or with the one that stands in a memory image.
    mutating func start(as state: DomainState, id: Int, at time: MeasurementTime, xml: String? = nil) {
        let xml = xml ?? inactiveXML
        if let definition = try? DomainXML(xml) { adopt(definition, name: info.name) }
        info.state = state
        info.id = id
        activeXML = xml
        (busy, stolen, counted, hasBooted) = (0, 0, time, false)
    }

    mutating func stop(at time: MeasurementTime, as state: DomainState) {
        count(until: time)
        info.state = state
        info.id = nil
        activeXML = nil
        managedSave?.isStale = resumedImage == nil
        resumedImage = nil
    }

    /// Takes over what a definition says.
    mutating func adopt(_ definition: DomainXML, name: String) {
        info.name = name
        info.vcpuCount = definition.vcpuCount
        info.maxMemory = definition.maxMemory
        info.interfaces = definition.interfaces
        info.metadata = definition.metadata
    }
}
