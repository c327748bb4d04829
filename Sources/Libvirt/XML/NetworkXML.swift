/// What we read from a network's XML.
struct NetworkXML {
    /// The network's name.
    let name: String?
    /// Canonical lower-case UUID.
    let uuid: String?
    /// The host's bridge.
    let bridge: String?
    /// Addresses of the host on it, of both families.
    let addresses: [NetworkAddress]
    /// Static leases.
    let reservations: [DHCPReservation]
    /// The `<ip>` sections in their order, as virNetworkUpdate counts them; nil for one that cannot be read.
    private let sections: [NetworkAddress?]

    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<network>`.
    init(_ text: String) throws(LibvirtError) {
        let root = try XMLTree.parse(text, root: "network")
        name = root.child("name")?.text
        uuid = root.child("uuid")?.text.flatMap(canonicalUUID)
        bridge = root.child("bridge")?.attributes["name"]
        let elements = root.elements("ip")
        sections = elements.map(Self.address)
        addresses = sections.compactMap(\.self)
        reservations = elements.flatMap { $0.elements("dhcp") }.flatMap { $0.elements("host") }
            .compactMap { host in
                let mac = host.attributes["mac"] ?? host.attributes["id"].flatMap(LinkLayerDUID.mac)
                return host.attributes["ip"].map {
                    DHCPReservation(mac: mac, name: host.attributes["name"], address: $0)
                }
            }
    }

    /// The number of the `<ip>` section whose range has `address`, else of the first of its family; nil without one.
    ///
    /// Left to itself, libvirt takes the first section with a `<dhcp>`, whatever its family.
    func section(for address: String) -> Int? {
        guard let number = IPNumber(address) else { return nil }
        let bounds = sections.map { $0?.bounds }
        return bounds.firstIndex { $0.map { $0.bits == number.bits && $0.range.contains(number.value) } ?? false }
            ?? bounds.firstIndex { $0?.bits == number.bits }
    }

    /// Address and prefix of an `<ip>`; nil when they make no sense.
    private static func address(of element: XMLTree) -> NetworkAddress? {
        let family = element.attributes["family"] ?? "ipv4"
        guard let number = element.attributes["address"].flatMap(IPNumber.init),
            family == (number.bits == 32 ? "ipv4" : "ipv6"), let length = prefixLength(of: element, around: number),
            (0...number.bits).contains(length)
        else { return nil }
        let dhcp = element.elements("dhcp").contains { !$0.elements("range").isEmpty || !$0.elements("host").isEmpty }
        return NetworkAddress(address: number.description, prefixLength: length, hasDHCP: dhcp)
    }

    /// Without either attribute the class of an IPv4 address decides, and an IPv6 address stands alone, as in libvirt.
    private static func prefixLength(of element: XMLTree, around number: IPNumber) -> Int? {
        if let prefix = element.attributes["prefix"] { return Int(prefix) }
        if let mask = element.attributes["netmask"] { return IPNumber(mask)?.maskLength }
        guard number.bits == 32 else { return 128 }
        switch number.value >> 24 {
        case 0..<128: return 8
        case 128..<192: return 16
        case 192..<224: return 24
        default: return nil
        }
    }
}

extension DHCPReservation {
    /// The `<host>` element for virNetworkUpdate.
    var xml: String {
        var text = "<host"
        if let mac {
            text += isIPv6 ? " id='\(escapeXML(LinkLayerDUID.text(mac: mac)))'" : " mac='\(escapeXML(mac))'"
        }
        if let name { text += " name='\(escapeXML(name))'" }
        return text + " ip='\(escapeXML(address))'/>"
    }
}
