/// A domain's XML, parsed.
///
/// What we read from it and the few things we change in it; everything else stays as it is. Not Sendable; made, used and
/// dropped in one place.
struct DomainXML {
    let root: XMLTree

    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<domain>`.
    init(_ text: String) throws(LibvirtError) {
        root = try XMLTree.parse(text, root: "domain")
    }

    /// The domain's name.
    var name: String? { root.child("name")?.text }

    /// Canonical lower-case UUID.
    var uuid: String? { root.child("uuid")?.text.flatMap(canonicalUUID) }

    /// Sets the UUID.
    func setUUID(_ uuid: String) {
        let element = root.child("uuid") ?? root.append(XMLTree("uuid"))
        element.children = [.text(uuid)]
    }

    /// vCPUs at the start: `<vcpu current='N'>`, or all of `<vcpu>`.
    var vcpuCount: Int? {
        guard let vcpu = root.child("vcpu") else { return nil }
        return (vcpu.attributes["current"] ?? vcpu.text).flatMap { Int($0) }
    }

    /// `<memory>` in bytes.
    var maxMemory: UInt64? {
        root.child("memory")?.bytes(defaultUnit: "KiB")
    }

    /// The network interfaces in document order.
    var interfaces: [DomainInterface] {
        (root.child("devices")?.elements("interface") ?? []).map { interface in
            let source = interface.child("source")
            return DomainInterface(
                network: interface.attributes["type"] == "network" ? source?.attributes["network"] : nil,
                bridge: source?.attributes["bridge"],
                mac: interface.child("mac")?.attributes["address"]
            )
        }
    }

    /// The XML as text.
    var text: String {
        root.serialized
    }
}

// MARK: - Credentials

extension DomainXML {
    /// What systemd looks for at the start of an OEM string.
    private static let marker = "io.systemd.credential:"

    /// The text of every SMBIOS OEM string, ours and foreign ones.
    var oemStrings: [String] {
        smbios?.child("oemStrings")?.elements("entry").map(\.content) ?? []
    }

    /// The credentials that the guest would find, by name.
    var credentials: [String: String] {
        var found: [String: String] = [:]
        for text in oemStrings where text.hasPrefix(Self.marker) {
            let pair = text.dropFirst(Self.marker.count).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            if pair.count == 2 { found[String(pair[0])] = String(pair[1]) }
        }
        return found
    }

    /// Puts the credentials in, each replacing the former ones of its name, and makes the domain show its OEM strings.
    ///
    /// - Throws: ``LibvirtError/Code/invalidArgument`` for a name or value that cannot travel this way; then nothing is
    ///   changed.
    func setCredentials(_ credentials: [Credential]) throws(LibvirtError) {
        for credential in credentials { try credential.check() }
        let replaced = Set(credentials.map { "\(Self.marker)\($0.name)" })
        if let strings = smbios?.child("oemStrings") {
            strings.removeElements { entry in
                entry.name == "entry" && replaced.contains(String(entry.content.prefix { $0 != "=" }))
            }
            if strings.elements("entry").isEmpty { smbios?.removeElements { $0 === strings } }
        }
        let given = credentials.compactMap { credential in credential.value.map { (credential.name, $0) } }
        guard !given.isEmpty else { return }
        let information = smbios ?? root.append(XMLTree("sysinfo", ["type": "smbios"]))
        let strings = information.child("oemStrings") ?? information.append(XMLTree("oemStrings"))
        for (name, value) in given {
            strings.append(XMLTree("entry", text: "\(Self.marker)\(name)=\(value)"))
        }
        let system = root.child("os") ?? root.append(XMLTree("os"))
        system.removeElements { $0.name == "smbios" }
        system.append(XMLTree("smbios", ["mode": "sysinfo"]))
    }

    private var smbios: XMLTree? {
        root.elements("sysinfo").first { $0.attributes["type"] == "smbios" }
    }
}
