/// Sets of header field names, compared without regard to case and without making strings.
struct FieldNames: Sendable {
    /// Lower case names by their length.
    private let byLength: [[[UInt8]]]

    /// A set of names in lower case.
    init(_ names: [String]) {
        let longest = names.map(\.utf8.count).max() ?? 0
        var byLength = [[[UInt8]]](repeating: [], count: longest + 1)
        for name in names { byLength[name.utf8.count].append(Array(name.utf8)) }
        self.byLength = byLength
    }

    /// Whether `name` is one of them.
    func contains(_ name: String) -> Bool {
        let bytes = name.utf8
        guard bytes.count < byLength.count else { return false }
        return byLength[bytes.count].contains { Self.equal($0, bytes) }
    }

    private static func equal(_ lowercase: [UInt8], _ bytes: String.UTF8View) -> Bool {
        var index = 0
        for byte in bytes {
            let lower = (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
            guard lower == lowercase[index] else { return false }
            index += 1
        }
        return true
    }

    /// Fields that must not come after a body (RFC 9110, 6.5.1).
    static let forbiddenInTrailers = FieldNames([
        "connection", "keep-alive", "proxy-connection", "te", "transfer-encoding", "upgrade", "content-length", "host",
        "trailer", "authorization", "proxy-authenticate", "proxy-authorization", "content-encoding", "content-type",
        "content-range", "set-cookie", "cookie", "forwarded", "x-forwarded-for", "x-forwarded-proto",
        "x-forwarded-host",
        "cache-control", "expect", "max-forwards", "pragma", "range",
    ])
}
