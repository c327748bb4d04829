/// The DUID that a DHCPv6 client makes of its network card's MAC (RFC 8415, 11.4).
enum LinkLayerDUID {
    /// Type 3 (link layer), hardware type 1 (Ethernet).
    private static let prefix = "00:03:00:01:"

    /// The DUID of a MAC, in libvirt's way of writing.
    static func text(mac: String) -> String { prefix + mac.lowercased() }

    /// The MAC in a DUID; nil for DUIDs of another kind.
    static func mac(of duid: String) -> String? {
        let duid = duid.lowercased()
        guard duid.hasPrefix(prefix) else { return nil }
        let mac = duid.dropFirst(prefix.count)
        guard mac.utf8.count == 17, mac.split(separator: ":").count == 6 else { return nil }
        return String(mac)
    }
}
