/// What we read from a network's XML.
struct NetworkXML {
    /// The network's name.
    let name: String?
    /// Canonical lower-case UUID.
    let uuid: String?
    /// The host's bridge.
    let bridge: String?
    /// IPv4 addresses of the host on it.
    let addresses: [NetworkAddress]
    /// Static IPv4 leases.
    let reservations: [DHCPReservation]

    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<network>`.
    init(_ text: String) throws(LibvirtError) {
        let root = try XMLTree.parse(text, root: "network")
        name = root.child("name")?.text
        uuid = root.child("uuid")?.text.flatMap(canonicalUUID)
        bridge = root.child("bridge")?.attributes["name"]
        let sections = root.elements("ip").filter { ($0.attributes["family"] ?? "ipv4") == "ipv4" }
        addresses = sections.compactMap(Self.address)
        reservations = sections.flatMap { $0.elements("dhcp") }.flatMap { $0.elements("host") }
            .compactMap { host in
                host.attributes["ip"].map {
                    DHCPReservation(mac: host.attributes["mac"], name: host.attributes["name"], address: $0)
                }
            }
    }

    /// Address and prefix of an `<ip>`; without either attribute the class of the address decides, as in libvirt.
    private static func address(of element: XMLTree) -> NetworkAddress? {
        guard let address = element.attributes["address"], let bits = ipv4(address) else { return nil }
        if let prefix = element.attributes["prefix"] {
            guard let length = Int(prefix), (0...32).contains(length) else { return nil }
            return NetworkAddress(address: address, prefixLength: length)
        }
        if let mask = element.attributes["netmask"] {
            guard let mask = ipv4(mask) else { return nil }
            let length = (~mask).leadingZeroBitCount
            guard mask == (length == 0 ? 0 : UInt32.max << UInt32(32 - length)) else { return nil }
            return NetworkAddress(address: address, prefixLength: length)
        }
        switch bits >> 24 {
        case 0..<128: return NetworkAddress(address: address, prefixLength: 8)
        case 128..<192: return NetworkAddress(address: address, prefixLength: 16)
        case 192..<224: return NetworkAddress(address: address, prefixLength: 24)
        default: return nil
        }
    }
}

extension DHCPReservation {
    /// The `<host>` element for virNetworkUpdate.
    var xml: String {
        var text = "<host"
        if let mac { text += " mac='\(escapeXML(mac))'" }
        if let name { text += " name='\(escapeXML(name))'" }
        return text + " ip='\(escapeXML(address))'/>"
    }
}
