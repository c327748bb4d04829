import Foundation
import Synchronization

extension InMemoryHypervisor {
    /// Whether ``disconnect(message:)`` was not the last word.
    package var isConnected: Bool { state.withLock { $0.isConnected } }

    /// Connects; throws only a planned fault.
    package func connect() async throws {
        if let fault = state.withLock({ $0.fault(.connect, nil) }) { throw fault }
        reconnect()
    }

    /// Waits until the task is cancelled: a test decides when the connection comes back.
    package func run() async {
        while !Task.isCancelled { try? await Task.sleep(for: .seconds(3600)) }
    }

    /// Version 0.
    package func ping() async throws -> HypervisorVersion {
        try perform(.ping) { _, _ in HypervisorVersion(driver: "MEMORY", libvirt: "0.0.0") }
    }

    /// The host given at the start, less the memory of active domains.
    package func hostInfo() async throws -> HostInfo {
        try perform(.hostInfo) { state, _ in
            let used = state.domains.values.filter(\.info.state.isActive).compactMap(\.info.maxMemory).reduce(0, +)
            var host = state.host
            host.memoryFree = host.memoryFree.map { $0 - min($0, used) }
            host.memoryAvailable = host.memoryAvailable.map { $0 - min($0, used) }
            return host
        }
    }

    /// Domains of this kind are simulated.
    package func bestDomainType() async throws -> DomainType {
        try perform(.hostInfo) { _, _ in .test }
    }

    /// The networks given at the start, with the reservations since.
    package func networks() async throws -> [NetworkInfo] {
        try perform(.networks) { state, _ in state.networks.sorted { $0.name < $1.name } }
    }

    /// What ``addLease(_:network:)`` put in.
    package func leases(network: String) async throws -> [DHCPLease] {
        try perform(.leases) { state, _ in
            _ = try state.network(network)
            return state.leases[network] ?? []
        }
    }

    /// What ``setAddresses(_:source:of:)`` gave; of leases those of its MAC addresses, too.
    package func addresses(uuid: String, source: GuestAddress.Source) async throws -> [GuestAddress] {
        try perform(.addresses, uuid) { state, _ in
            let domain = try state.domain(uuid)
            guard domain.info.state.isActive else {
                throw LibvirtError.invalid("domain is not running", operation: "read the addresses")
            }
            let given = domain.addresses[source]
            switch source {
            case .lease:
                let macs = Set(domain.info.interfaces.compactMap(\.mac))
                let leases = domain.info.interfaces.compactMap(\.network).flatMap { state.leases[$0] ?? [] }
                return (given ?? [])
                    + leases.filter { $0.mac.map(macs.contains) ?? false }
                    .map { GuestAddress(mac: $0.mac, address: $0.address) }
            case .neighbour: return given ?? []
            case .guestAgent:
                guard let given else {
                    throw LibvirtError(
                        code: .argumentUnsupported,
                        message: "QEMU guest agent is not configured",
                        operation: "read the addresses"
                    )
                }
                return given
            }
        }
    }

    /// Adds to the network's reservations.
    package func addDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try perform(.reservations) { state, _ in
            let index = try state.network(network)
            guard !state.networks[index].reservations.contains(reservation) else { return }
            // One guest may have an address of each family. DUIDs are not compared, as in libvirt.
            let clash = state.networks[index].reservations.filter { $0.isIPv6 == reservation.isIPv6 }.contains {
                $0.address == reservation.address || ($0.mac != nil && !$0.isIPv6 && $0.mac == reservation.mac)
                    || ($0.name != nil && $0.name == reservation.name)
            }
            guard !clash else {
                throw LibvirtError(
                    code: .operationInvalid,
                    message: "there is an existing dhcp host entry that matches",
                    operation: "add a DHCP reservation to \(network)"
                )
            }
            state.networks[index].reservations.append(reservation)
        }
    }

    /// Removes from the network's reservations.
    package func removeDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try perform(.reservations) { state, _ in
            let index = try state.network(network)
            state.networks[index].reservations.removeAll { $0 == reservation }
        }
    }

    /// All domains by name.
    package func domains() async throws -> [DomainInfo] {
        try perform(.domains) { state, _ in state.domains.values.map(\.info).sorted { $0.name < $1.name } }
    }

    /// One domain.
    package func domain(uuid: String) async throws -> DomainInfo {
        try perform(.domains, uuid) { state, _ in try state.domain(uuid).info }
    }

    /// Counters of the active domains, grown by the load since they were last read.
    ///
    /// A call that would wait for a hung guest is left behind at once, whatever `patience` is, and counted.
    package func statistics(patience: Duration) async throws -> StatisticsReading {
        try await waitWhileStuck()
        let time = now()
        return try perform(.statistics) { state, _ in
            for uuid in state.domains.keys { state.domains[uuid]?.count(until: time) }
            let active = state.domains.values.filter(\.info.state.isActive).sorted { $0.info.name < $1.info.name }
            let hung = Set(active.filter(\.isHung).map(\.info.uuid))
            // Each call waits for one of them, and the next passes over it.
            state.calls[.init(operation: .statistics, uuid: nil), default: 0] += hung.subtracting(state.waitedFor).count
            state.waitedFor = hung
            return StatisticsReading(domains: active.map { $0.statistics(at: time) }, unanswering: hung)
        }
    }

    /// Waits for ``setStuck(_:)`` to be taken back, or for the end of the task.
    private func waitWhileStuck() async throws {
        while state.withLock({ $0.isStuck }) { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// The definition, or what it started with.
    package func domainXML(uuid: String, inactive: Bool) async throws -> String {
        try perform(.domainXML, uuid) { state, _ in
            let domain = try state.domain(uuid)
            return inactive ? domain.inactiveXML : domain.activeXML ?? domain.inactiveXML
        }
    }
}

extension InMemoryHypervisor {
    /// Counts the call, throws what is planned, runs `body` under the lock and its effects after it.
    func perform<Result>(
        _ operation: Operation,
        _ uuid: String? = nil,
        _ body: (inout State, inout Effects) throws -> Result
    ) throws -> Result {
        try Task.checkCancellation()
        if !operation.isReading { try CallPermit.check("\(operation)") }
        var effects = Effects()
        if state.withLock({ $0.isCutOff() }) { disconnect() }
        let (result, hook) = try state.withLock { state in
            if let fault = state.fault(operation, uuid) { throw fault }
            guard state.isConnected else { throw LibvirtError.notConnected(to: uri, operation: "\(operation)") }
            return (try body(&state, &effects), state.bootHook)
        }
        for event in effects.events { lifecycle.send(event) }
        if let booted = effects.booted { hook?(booted) }
        if let error = effects.error { throw error }
        return result
    }
}

extension InMemoryHypervisor.State {
    /// Counts down to the planned end of the connection.
    mutating func isCutOff() -> Bool {
        guard let remaining = remainingCalls else { return false }
        remainingCalls = max(0, remaining - 1)
        return remaining <= 0
    }

    /// Counts a call and takes the fault that waits for it, if any.
    mutating func fault(_ operation: InMemoryHypervisor.Operation, _ uuid: String?) -> LibvirtError? {
        calls[.init(operation: operation, uuid: uuid), default: 0] += 1
        let index = faults.firstIndex { $0.operation == operation && ($0.uuid == nil || $0.uuid == uuid) }
        return index.map { faults.remove(at: $0).error }
    }

    func domain(_ uuid: String) throws(LibvirtError) -> InMemoryHypervisor.Domain {
        guard let domain = domains[uuid] else {
            throw LibvirtError(
                code: .noDomain,
                message: "Domain not found: no domain with matching uuid '\(uuid)'",
                operation: "look up the domain"
            )
        }
        return domain
    }

    func network(_ name: String) throws(LibvirtError) -> Int {
        guard let index = networks.firstIndex(where: { $0.name == name }) else {
            throw LibvirtError(
                code: .noNetwork,
                message: "Network not found: no network with matching name '\(name)'",
                operation: "look up the network"
            )
        }
        return index
    }
}
