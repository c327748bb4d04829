import Foundation
import Synchronization

// What a test turns and reads.
extension InMemoryHypervisor {
    /// Adds a domain with one interface, shut off unless said otherwise.
    ///
    /// No event is sent, no hook called.
    ///
    /// - Parameters:
    ///   - name: Its name.
    ///   - uuid: Its UUID; a random one by default.
    ///   - vcpus: vCPUs.
    ///   - memory: Bytes.
    ///   - network: The network of its interface; nil for a domain without one.
    ///   - mac: The interface's MAC; derived from the UUID by default.
    ///   - initial: ``DomainState/shutOff``, ``DomainState/running`` or ``DomainState/paused``.
    /// - Returns: Its UUID in canonical form.
    @discardableResult
    package func addDomain(
        _ name: String,
        uuid: String = UUID().uuidString,
        vcpus: Int = 1,
        memory: UInt64 = 512 << 20,
        network: String? = "default",
        mac: String? = nil,
        state initial: DomainState = .shutOff
    ) -> String {
        let uuid = uuid.lowercased()
        let mac = mac ?? Self.mac(forUUID: uuid)
        let xml = Self.template(name: name, uuid: uuid, vcpus: vcpus, memory: memory, network: network, mac: mac)
        let interfaces = network.map { [DomainInterface(network: $0, mac: mac)] } ?? []
        let time = now()
        state.withLock { state in
            var info = DomainInfo(
                uuid: uuid,
                name: name,
                state: initial,
                vcpuCount: vcpus,
                maxMemory: memory,
                interfaces: interfaces
            )
            if initial.isActive {
                info.id = state.nextID
                state.nextID += 1
            }
            state.domains[uuid] = Domain(
                info: info,
                inactiveXML: xml,
                activeXML: initial.isActive ? xml : nil,
                counted: time
            )
        }
        return uuid
    }

    /// Lets a domain vanish, as when somebody else destroys and undefines it.
    package func removeDomain(uuid: String) {
        let removed = state.withLock { $0.domains.removeValue(forKey: uuid) }
        guard let removed else { return }
        if removed.info.state.isActive { lifecycle.send(removed.event(.stopped, "destroyed")) }
        lifecycle.send(removed.event(.undefined, "removed"))
    }

    /// The load of a domain from now on, in percent of the capacity of its vCPUs, and what the host withholds of it.
    package func setLoad(_ percent: Double, steal: Double = 0, of uuid: String) {
        let time = now()
        state.withLock { state in
            state.domains[uuid]?.count(until: time)
            state.domains[uuid]?.load = percent
            state.domains[uuid]?.steal = steal
        }
    }

    /// Whether ``statistics()`` shows the domain's counters or only its state, as `test:///` does.
    package func setReportsCounters(_ reports: Bool, of uuid: String) {
        state.withLock { $0.domains[uuid]?.reportsCounters = reports }
    }

    /// Whether the guest follows ``shutdown(uuid:)``.
    ///
    /// The default is that it does, at once.
    package func setObeysShutdown(_ obeys: Bool, of uuid: String) {
        state.withLock { $0.domains[uuid]?.obeysShutdown = obeys }
    }

    /// Whether the domain's QEMU answers nothing any more: a call for the statistics of all waits for it.
    package func setHung(_ isHung: Bool, of uuid: String) {
        state.withLock { $0.domains[uuid]?.isHung = isHung }
    }

    /// Whether reads of statistics get neither an answer nor an error, as from a host that hangs.
    package func setStuck(_ isStuck: Bool) {
        state.withLock { $0.isStuck = isStuck }
    }

    /// Called in the starting task each time a domain has begun to run (started unpaused, or first resumed); it stands
    /// for the guest's boot.
    package func onBoot(_ hook: (@Sendable (DomainInfo) -> Void)?) {
        state.withLock { $0.bootHook = hook }
    }

    /// Makes the next call of an operation (on that domain, or on any) throw.
    ///
    /// Several stand in line.
    package func failNext(_ operation: Operation, of uuid: String? = nil, with error: LibvirtError) {
        state.withLock { $0.faults.append(Fault(operation: operation, uuid: uuid, error: error)) }
    }

    /// How often an operation was called, also in vain; on one domain or on all.
    package func calls(of operation: Operation, uuid: String? = nil) -> Int {
        state.withLock { state in
            state.calls.filter { $0.key.operation == operation && (uuid == nil || $0.key.uuid == uuid) }
                .values.reduce(0, +)
        }
    }

    /// Stops a running domain as a crash of its guest does.
    package func crash(uuid: String) {
        let time = now()
        let event = state.withLock { state -> LifecycleEvent? in
            guard var domain = state.domains[uuid], domain.info.state.isActive else { return nil }
            domain.stop(at: time, as: .crashed)
            state.domains[uuid] = domain
            return domain.event(.stopped, "crashed")
        }
        if let event { lifecycle.send(event) }
    }

    /// Breaks the connection: every call throws until ``reconnect()``.
    ///
    /// Domains go on.
    package func disconnect(message: String = "end of file while reading data") {
        state.withLock { state in
            guard state.isConnected else { return }
            state.isConnected = false
            // Under the lock, so that subscribers see the changes in their order.
            connection.send(.disconnected(.notConnected(to: uri, operation: "keep the connection", message: message)))
        }
    }

    /// Breaks the connection after that many further calls have been answered: what a caller that ends halfway leaves.
    package func disconnect(afterCalls count: Int) {
        state.withLock { $0.remainingCalls = count }
    }

    /// Brings the connection back, and takes back ``disconnect(afterCalls:)``.
    package func reconnect() {
        state.withLock { state in
            state.remainingCalls = nil
            guard !state.isConnected else { return }
            state.isConnected = true
            connection.send(.connected)
        }
    }

    /// What the guest sees: the credentials that were in the definition when it started; nil while it is not active.
    package func guestCredentials(uuid: String) -> [String: String]? {
        guard let xml = state.withLock({ $0.domains[uuid]?.activeXML }) else { return nil }
        return (try? DomainXML(xml))?.credentials
    }

    /// Puts a lease into a network's list.
    package func addLease(_ lease: DHCPLease, network: String) {
        state.withLock { $0.leases[network, default: []].append(lease) }
    }

    /// What a source says of a domain's addresses while it is active; `nil`: it knows nothing.
    package func setAddresses(_ addresses: [String]?, source: GuestAddress.Source, of uuid: String) {
        state.withLock { state in
            let mac = state.domains[uuid]?.info.interfaces.first?.mac
            state.domains[uuid]?.addresses[source] = addresses?.map { GuestAddress(mac: mac, address: $0) }
        }
    }

    private static func mac(forUUID uuid: String) -> String {
        let digits = Array(uuid.filter(\.isHexDigit).suffix(6))
        guard digits.count == 6 else { return "52:54:00:00:00:01" }
        return "52:54:00:\(digits[0])\(digits[1]):\(digits[2])\(digits[3]):\(digits[4])\(digits[5])"
    }

    private static func template(
        name: String,
        uuid: String,
        vcpus: Int,
        memory: UInt64,
        network: String?,
        mac: String
    ) -> String {
        let interface = network.map {
            "<interface type='network'><mac address='\(mac)'/><source network='\(escapeXML($0))'/></interface>"
        }
        return """
            <domain type='test'>
              <name>\(escapeXML(name))</name>
              <uuid>\(uuid)</uuid>
              <memory unit='bytes'>\(memory)</memory>
              <vcpu>\(vcpus)</vcpu>
              <os><type>hvm</type></os>
              <devices>\(interface ?? "")</devices>
            </domain>
            """
    }
}
