import Foundation
import FoundationXML

/// A domain's XML, parsed: what we read from it and the few things we change in it. Everything else stays as it is.
///
/// Not Sendable, as `XMLDocument` is not; made, used and dropped in one place.
struct DomainXML {
    private let document: XMLDocument
    private let root: XMLElement

    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<domain>`.
    init(_ text: String) throws(LibvirtError) {
        (document, root) = try parseXML(text, root: "domain")
    }

    /// The domain's name.
    var name: String? { root.child("name")?.text }

    /// Canonical lower-case UUID.
    var uuid: String? { root.child("uuid")?.text.flatMap(canonicalUUID) }

    /// Sets the UUID.
    func setUUID(_ uuid: String) {
        let element = root.child("uuid") ?? append("uuid", to: root)
        element.stringValue = uuid
    }

    /// vCPUs at the start: `<vcpu current='N'>`, or all of `<vcpu>`.
    var vcpuCount: Int? {
        guard let vcpu = root.child("vcpu") else { return nil }
        return (vcpu.value("current") ?? vcpu.text).flatMap { Int($0) }
    }

    /// `<memory>` in bytes.
    var maxMemory: UInt64? {
        guard let memory = root.child("memory"), let number = memory.text.flatMap({ UInt64($0) }),
            let scale = Self.bytes(inUnit: memory.value("unit") ?? "KiB")
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }

    /// The network interfaces in document order.
    var interfaces: [DomainInterface] {
        (root.child("devices")?.elements(forName: "interface") ?? []).map { interface in
            let source = interface.child("source")
            return DomainInterface(
                network: interface.value("type") == "network" ? source?.value("network") : nil,
                bridge: source?.value("bridge"),
                mac: interface.child("mac")?.value("address")
            )
        }
    }

    /// The XML as text.
    var text: String {
        root.xmlString(options: [.nodePreserveWhitespace])
    }

    /// Bytes in one of libvirt's memory units (`virScaleInteger`): the letter alone means the power of 1024.
    private static func bytes(inUnit unit: String) -> UInt64? {
        switch unit.lowercased() {
        case "b", "bytes", "byte": 1
        case "kb": 1000
        case "k", "kib": 1 << 10
        case "mb": 1_000_000
        case "m", "mib": 1 << 20
        case "gb": 1_000_000_000
        case "g", "gib": 1 << 30
        case "tb": 1_000_000_000_000
        case "t", "tib": 1 << 40
        default: nil
        }
    }
}

// MARK: - Credentials

extension DomainXML {
    /// What systemd looks for at the start of an OEM string.
    private static let marker = "io.systemd.credential:"

    /// The text of every SMBIOS OEM string, ours and foreign ones.
    var oemStrings: [String] {
        oemEntries.map { $0.stringValue ?? "" }
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
        let names = Set(credentials.map(\.name))
        for entry in oemEntries
        where names.contains(where: { entry.stringValue?.hasPrefix("\(Self.marker)\($0)=") == true }) {
            entry.detach()
        }
        let given = credentials.compactMap { credential in credential.value.map { (credential.name, $0) } }
        guard !given.isEmpty else {
            if let strings = smbios?.child("oemStrings"), strings.elements(forName: "entry").isEmpty {
                strings.detach()
            }
            return
        }
        let sysinfo = smbios ?? append("sysinfo", to: root, attributes: ["type": "smbios"])
        let strings = sysinfo.child("oemStrings") ?? append("oemStrings", to: sysinfo)
        for (name, value) in given {
            append("entry", to: strings).stringValue = "\(Self.marker)\(name)=\(value)"
        }
        let system = root.child("os") ?? append("os", to: root)
        for former in system.elements(forName: "smbios") { former.detach() }
        append("smbios", to: system, attributes: ["mode": "sysinfo"])
    }

    private var smbios: XMLElement? {
        root.elements(forName: "sysinfo").first { $0.value("type") == "smbios" }
    }

    private var oemEntries: [XMLElement] {
        smbios?.elements(forName: "oemStrings").flatMap { $0.elements(forName: "entry") } ?? []
    }

    @discardableResult
    private func append(_ name: String, to parent: XMLElement, attributes: [String: String] = [:]) -> XMLElement {
        let element = XMLElement(name: name)
        for (key, value) in attributes.sorted(by: { $0.key < $1.key }) {
            let attribute = XMLNode(kind: .attribute)
            attribute.name = key
            attribute.stringValue = value
            element.addAttribute(attribute)
        }
        parent.addChild(element)
        return element
    }
}
