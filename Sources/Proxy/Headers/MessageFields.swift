import NIOHTTP1

/// What the fields of a message say to a proxy, found in one pass.
struct MessageFields {
    /// The first `Host`.
    private(set) var host: String?
    private(set) var hosts = 0
    /// The first `Content-Length`.
    private(set) var length: String?
    private(set) var lengths = 0
    /// The first `Transfer-Encoding`.
    private(set) var coding: String?
    private(set) var codings = 0
    /// The first `Upgrade`.
    private(set) var upgrade: String?
    /// How many milliseconds the caller waits, as it wrote it.
    private(set) var deadline: String?
    /// The names in `Connection`.
    private(set) var connection = ConnectionField()
    /// Whether a field says for whom a proxy asks.
    private(set) var hasForwarding = false
    /// How many `Cookie` fields there are.
    private(set) var cookies = 0

    /// There are no fields.
    init() {}

    /// What the fields of a head say.
    init(_ headers: HTTPHeaders) {
        for (name, value) in headers {
            switch FieldKind(name) {
            case .other, .hopByHop, .te, .expect: break
            case .connection: connection.add(value)
            case .transferEncoding:
                coding = coding ?? value
                codings += 1
            case .upgrade: upgrade = upgrade ?? value
            case .forwarded, .forwardedFor, .forwardedProto, .forwardedHost, .forwardedPort, .otherForwarding:
                hasForwarding = true
            case .host:
                host = host ?? value
                hosts += 1
            case .contentLength:
                length = length ?? value
                lengths += 1
            case .cookie: cookies += 1
            case .deadline: deadline = deadline ?? value
            }
        }
    }

    /// Whether a request with these fields has a body.
    var hasBody: Bool { codings > 0 || length.map { $0 != "0" } ?? false }
}

/// The names in `Connection`: fields that are not for the next reader.
struct ConnectionField {
    /// The most names that are kept.
    private static let mostNames = 16

    private var listed: [String] = []
    /// Whether it has `upgrade`.
    private(set) var hasUpgrade = false

    /// Takes the value of one field.
    mutating func add(_ value: String) {
        for part in value.utf8.split(separator: UInt8(ascii: ",")) {
            let name = String(Substring(part)).lowercased().trimmed
            switch name {
            case "", "close", "keep-alive": continue
            case "upgrade": hasUpgrade = true
            // What frames a message or names its host cannot be taken out by the sender.
            case "content-length", "host": continue
            default: if listed.count < Self.mostNames { listed.append(name) }
            }
        }
    }

    /// Whether a field is only for this connection.
    func names(_ name: String) -> Bool {
        !listed.isEmpty && listed.contains(name.lowercased())
    }
}

extension String {
    /// Without blanks around it (RFC 9110, 5.6.3).
    fileprivate var trimmed: String {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard utf8.first.map(isBlank) == true || utf8.last.map(isBlank) == true else { return self }
        guard let first = utf8.firstIndex(where: { !isBlank($0) }), let last = utf8.lastIndex(where: { !isBlank($0) })
        else { return "" }
        return String(self[first...last])
    }
}
