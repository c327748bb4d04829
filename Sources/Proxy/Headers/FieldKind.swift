/// What a header field is to a proxy.
enum FieldKind {
    /// It goes through as it is.
    case other
    /// Names what concerns one connection only.
    case connection
    /// Concerns one connection only (RFC 9110, 7.6.1), as do the next three.
    case hopByHop
    case transferEncoding
    case upgrade
    case te
    /// Says for whom a proxy asks (RFC 7239), as do the next five, which were used before it.
    case forwarded
    case forwardedFor
    case forwardedProto
    case forwardedHost
    case forwardedPort
    case otherForwarding
    case host
    case contentLength
    case expect
    case cookie
    /// How long the caller waits.
    case deadline

    /// The kind of a field, by its name in any case.
    init(_ name: String) {
        var name = name
        self = name.withUTF8(Self.find)
    }

    /// Whether it is dropped from every message.
    var isHopByHop: Bool {
        switch self {
        case .connection, .hopByHop, .transferEncoding, .upgrade, .te: true
        default: false
        }
    }

    /// Whether it says for whom a proxy asks.
    var isForwarding: Bool {
        switch self {
        case .forwarded, .forwardedFor, .forwardedProto, .forwardedHost, .forwardedPort, .otherForwarding: true
        default: false
        }
    }

    private static func find(_ name: UnsafeBufferPointer<UInt8>) -> FieldKind {
        switch name.count {
        case 2: equal(name, "te") ? .te : .other
        case 4: equal(name, "host") ? .host : .other
        case 6: equal(name, "expect") ? .expect : equal(name, "cookie") ? .cookie : .other
        case 7: equal(name, "upgrade") ? .upgrade : .other
        case 9: equal(name, "forwarded") ? .forwarded : equal(name, "x-real-ip") ? .otherForwarding : .other
        case 10: equal(name, "connection") ? .connection : equal(name, "keep-alive") ? .hopByHop : .other
        case 14: equal(name, "content-length") ? .contentLength : equal(name, "http2-settings") ? .hopByHop : .other
        case 15: equal(name, "x-forwarded-for") ? .forwardedFor : .other
        case 16:
            equal(name, "proxy-connection")
                ? .hopByHop
                : equal(name, "x-forwarded-host")
                    ? .forwardedHost : equal(name, "x-forwarded-port") ? .forwardedPort : .other
        case 17:
            equal(name, "transfer-encoding")
                ? .transferEncoding : equal(name, "x-forwarded-proto") ? .forwardedProto : .other
        case 18:
            equal(name, "proxy-authenticate")
                ? .hopByHop : equal(name, "x-forwarded-server") ? .otherForwarding : .other
        case 19: equal(name, "proxy-authorization") ? .hopByHop : .other
        case 25: equal(name, "cms-deadline-milliseconds") ? .deadline : .other
        default: .other
        }
    }

    /// Compares with a name of the same length in lower case.
    private static func equal(_ name: UnsafeBufferPointer<UInt8>, _ lowercase: StaticString) -> Bool {
        let expected = lowercase.utf8Start
        for index in 0..<name.count {
            let byte = name[index]
            let lower = byte &- 0x41 < 26 ? byte | 0x20 : byte
            guard lower == expected[index] else { return false }
        }
        return true
    }
}
