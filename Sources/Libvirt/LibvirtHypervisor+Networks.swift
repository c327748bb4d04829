import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// All networks, by name.
    package func networks() async throws -> [NetworkInfo] {
        try await call(.query, "virConnectListAllNetworks") { session in
            let networks = try session.connection.allNetworks().compactMap { network -> NetworkInfo? in
                do {
                    return try network.info()
                } catch let error as LibvirtError where error.code == .noNetwork {
                    return nil  // gone since the list was made
                }
            }
            return networks.sorted { $0.name < $1.name }
        }
    }

    /// Leases of the network's own DHCP server.
    package func leases(network: String) async throws -> [DHCPLease] {
        try await call(.query, "virNetworkGetDHCPLeases(\(network))") { session in
            try session.connection.network(network).leases()
        }
    }

    /// Adds a static lease to the running network and to its definition, wherever it is not yet.
    package func addDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try await call(.operation, "virNetworkUpdate(\(network))") { session in
            try session.connection.network(network).update(reservation, isAddition: true)
        }
    }

    /// Removes a static lease from the running network and from its definition, wherever it is.
    package func removeDHCPReservation(_ reservation: DHCPReservation, network: String) async throws {
        try await call(.operation, "virNetworkUpdate(\(network))") { session in
            try session.connection.network(network).update(reservation, isAddition: false)
        }
    }
}

extension NetworkHandle {
    func info() throws(LibvirtError) -> NetworkInfo {
        let xml = try xml()
        return NetworkInfo(
            name: name,
            uuid: xml.uuid ?? "",
            bridge: xml.bridge,
            isActive: try isActive(),
            addresses: xml.addresses,
            reservations: xml.reservations
        )
    }

    func leases() throws(LibvirtError) -> [DHCPLease] {
        var list: UnsafeMutablePointer<virNetworkDHCPLeasePtr?>?
        let count = try connection.check(
            virNetworkGetDHCPLeases(pointer, nil, &list, 0),
            "virNetworkGetDHCPLeases(\(name))"
        )
        // The caller frees each lease and the array.
        defer { free(list) }
        guard let list else { return [] }
        return (0..<Int(count)).compactMap { index in
            guard let lease = list[index] else { return nil }
            defer { virNetworkDHCPLeaseFree(lease) }
            guard let address = lease.pointee.ipaddr else { return nil }
            let expiry = lease.pointee.expirytime
            return DHCPLease(
                // The server may not have seen the MAC of a DHCPv6 client.
                mac: lease.pointee.mac.map { String(cString: $0) }
                    ?? lease.pointee.clientid.flatMap { LinkLayerDUID.mac(of: String(cString: $0)) },
                address: String(cString: address),
                prefixLength: Int(lease.pointee.prefix),
                hostname: lease.pointee.hostname.map { String(cString: $0) },
                expiry: expiry > 0 ? Date(timeIntervalSince1970: TimeInterval(expiry)) : nil
            )
        }
    }

    /// Changes the running network and the definition one by one, because they may differ.
    func update(_ reservation: DHCPReservation, isAddition: Bool) throws(LibvirtError) {
        var parts: [(isInactive: Bool, flag: virNetworkUpdateFlags)] = []
        if try isActive() { parts.append((false, VIR_NETWORK_UPDATE_AFFECT_LIVE)) }
        if try isPersistent() { parts.append((true, VIR_NETWORK_UPDATE_AFFECT_CONFIG)) }
        let command = isAddition ? VIR_NETWORK_UPDATE_COMMAND_ADD_LAST : VIR_NETWORK_UPDATE_COMMAND_DELETE
        for part in parts {
            let definition = try xml(inactive: part.isInactive)
            guard definition.reservations.contains(reservation) != isAddition else { continue }
            try CallPermit.check("virNetworkUpdate(\(name))")
            let result = virNetworkUpdate(
                pointer,
                command.rawValue,
                VIR_NETWORK_SECTION_IP_DHCP_HOST.rawValue,
                // -1: libvirt chooses, and says what is wrong.
                Int32(definition.section(for: reservation.address) ?? -1),
                reservation.xml,
                part.flag.rawValue
            )
            try connection.check(result, "virNetworkUpdate(\(name))")
        }
    }
}
