import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// What a source knows of a domain's addresses.
    package func addresses(uuid: String, source: GuestAddress.Source) async throws -> [GuestAddress] {
        do {
            return try await call(.guest, "virDomainInterfaceAddresses(\(uuid))") { session in
                try session.connection.domain(uuid).addresses(source)
            }
        } catch let error as LibvirtError where source == .neighbour && error.code == .internalError {
            // Where the host has no neighbour yet, libvirt 9 reads past the end of the kernel's answer ("wrong nlmsg
            // len"): it knows no address then.
            return []
        }
    }
}

extension DomainHandle {
    /// How long a guest agent may take for an answer, seconds. libvirt would wait for ever.
    private static let agentTimeout: CInt = 2

    func addresses(_ source: GuestAddress.Source) throws(LibvirtError) -> [GuestAddress] {
        guard source == .guestAgent else { return try readAddresses(source) }
        try connection.check(
            virDomainAgentSetResponseTimeout(pointer, Self.agentTimeout, 0),
            "virDomainAgentSetResponseTimeout(\(name))"
        )
        // libvirt keeps the time for all who ask this agent; others, such as one who freezes file systems, need longer.
        defer {
            virDomainAgentSetResponseTimeout(
                pointer,
                CInt(VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK.rawValue),
                0
            )
        }
        return try readAddresses(source)
    }

    private func readAddresses(_ source: GuestAddress.Source) throws(LibvirtError) -> [GuestAddress] {
        var list: UnsafeMutablePointer<virDomainInterfacePtr?>?
        let count = try connection.check(
            virDomainInterfaceAddresses(pointer, &list, source.number, 0),
            "virDomainInterfaceAddresses(\(name))"
        )
        // The caller frees each interface and the array.
        defer { free(list) }
        guard let list else { return [] }
        var found: [GuestAddress] = []
        for index in 0..<Int(count) {
            guard let interface = list[index] else { continue }
            defer { virDomainInterfaceFree(interface) }
            let mac = interface.pointee.hwaddr.map { String(cString: $0) }
            guard let addresses = interface.pointee.addrs else { continue }
            for place in 0..<Int(interface.pointee.naddrs) {
                guard let text = addresses[place].addr else { continue }
                found.append(GuestAddress(mac: mac, address: String(cString: text)))
            }
        }
        return found
    }
}

extension GuestAddress.Source {
    /// libvirt's `virDomainInterfaceAddressesSource`.
    fileprivate var number: UInt32 {
        switch self {
        case .lease: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE.rawValue
        case .neighbour: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP.rawValue
        case .guestAgent: VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT.rawValue
        }
    }
}
