/// Who a certificate speaks for: the URI name in it, `spiffe://<trust domain>/<role>/<name>`.
public enum SPIFFEID: Sendable, Hashable {
    /// The agent of the machine with this UUID (lower case).
    case agent(uuid: String)
    /// A client program.
    case client(name: String)
    /// A person or tool that operates the controller.
    case `operator`(name: String)
    /// The controller.
    case controller
    /// A machine that becomes a controller: it may fetch the authority, and nothing else.
    case joiningController(name: String)

    /// The trust domain of every identity that a controller gives.
    public static let trustDomain = "cms"

    /// The URI.
    public var uri: String {
        switch self {
        case .agent(let uuid): "spiffe://\(Self.trustDomain)/agent/\(uuid)"
        case .client(let name): "spiffe://\(Self.trustDomain)/client/\(name)"
        case .operator(let name): "spiffe://\(Self.trustDomain)/operator/\(name)"
        case .controller: "spiffe://\(Self.trustDomain)/controller"
        case .joiningController(let name): "spiffe://\(Self.trustDomain)/controller/\(name)"
        }
    }

    /// Parses a URI of this trust domain; `nil` for anything else.
    public init?(uri: String) {
        let prefix = "spiffe://\(Self.trustDomain)/"
        guard uri.hasPrefix(prefix) else { return nil }
        let path = uri.dropFirst(prefix.count).split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        switch (path.first, path.count) {
        case ("controller", 1): self = .controller
        case ("controller", 2) where Self.isName(path[1]): self = .joiningController(name: path[1])
        case ("agent", 2) where Self.isName(path[1]): self = .agent(uuid: path[1])
        case ("client", 2) where Self.isName(path[1]): self = .client(name: path[1])
        case ("operator", 2) where Self.isName(path[1]): self = .operator(name: path[1])
        default: return nil
        }
    }

    /// Whether `text` can be a name in an identity: 1 to 64 letters, digits, `.`, `_` and `-`.
    public static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

extension SPIFFEID: CustomStringConvertible {
    /// The URI.
    public var description: String { uri }
}
