import Lifecycle
import Wire

/// What a text among the settings must look like.
package enum TextForm: Sendable, Equatable {
    /// Any text of one line.
    case line
    /// An address range.
    case range
    /// A libvirt connection.
    case connection
    /// An address with a port.
    case address
    /// A name or an address at which others reach this machine, with a port or without.
    case reachable
    /// A name that can stand in an identity.
    case identityName
    /// A file or directory.
    case path
    /// A file, from the root on.
    case absolutePath
    /// A pattern of names.
    case pattern
    /// The names of clones.
    case cloneName
    /// The URL of a web hook.
    case url
    /// The URL of a server, without a user, a question or a fragment.
    case server
    /// The name of something of libvirt's.
    case name
    /// The five fields of a cron line.
    case cron
    /// The path of a request, with its query.
    case requestPath
    /// HTTP statuses: one, or from one to another.
    case statuses
    /// The URL of an instance, with marks for its address and name.
    case instanceURL

    /// The most characters.
    static let longest = 4096

    /// What stands for it in a reference.
    var placeholder: String {
        switch self {
        case .line: "TEXT"
        case .range: "ADDRESS/PREFIX"
        case .connection: "URI"
        case .address: "ADDRESS:PORT"
        case .path, .absolutePath: "PATH"
        case .pattern: "PATTERN"
        case .cloneName: "NAME-{n}"
        case .url, .server: "URL"
        case .name, .identityName: "NAME"
        case .reachable: "HOST:PORT"
        case .cron: "CRON"
        case .requestPath: "/PATH"
        case .statuses: "FIRST-LAST"
        case .instanceURL: "https://{address}:PORT"
        }
    }

    /// What JSON Schema has to say of it: a regular expression that all valid texts match.
    var expression: String {
        switch self {
        case .line, .path, .pattern, .name: "^[^\\n]+$"
        case .range: "^[0-9A-Fa-f.:]+/[0-9]{1,3}$"
        case .connection: "^[A-Za-z][A-Za-z0-9+.-]*:/[!-~]*$"
        case .address: "^[^\\s/]+$"
        case .reachable: "^[^\\s/,]+$"
        case .identityName: "^[A-Za-z0-9._-]{1,64}$"
        case .absolutePath: "^/[^\\n]+$"
        case .cloneName: "^[^{}\\n/]*\\{n\\}[^{}\\n/]*$"
        case .url: "^https?://[!-~]+$"
        case .server: "^https?://[!-\"$->A-~]+$"
        case .cron: "^\\S+(\\s+\\S+){4}$"
        case .requestPath: "^/[!-~]*$"
        case .statuses: "^[1-5][0-9]{2}(-[1-5][0-9]{2})?$"
        case .instanceURL: "^(https?|tcp)://[!-~]+$"
        }
    }

    /// What is wrong with a text and what would be right; `nil` when it is valid.
    package func problem(in text: String) -> String? {
        guard text.count <= Self.longest, !text.contains(where: \.isNewline) else {
            return "it must be one line of at most \(Self.longest) characters"
        }
        switch self {
        case .line, .path:
            return nil
        case .range:
            return Self.message { try Self.checkGuests(CIDR(parsing: text)) }
        case .connection:
            return Self.message { _ = try HypervisorURI(text) }
        case .address:
            return HostPort(text, defaultPort: 7000) == nil
                ? "'\(text)' is not valid; expected an address and a port, for example 0.0.0.0:7000" : nil
        case .reachable:
            return Self.isReachable(text)
                ? nil
                : "'\(text)' is not valid; expected a name or an address of at most \(HostPort.longest) bytes, with a port or "
                    + "without, for example cms.example:7000"
        case .identityName:
            return SPIFFEID.isName(text)
                ? nil : "'\(text)' is not valid; expected 1 to 64 letters, digits, '.', '_' or '-', for example cms1"
        case .absolutePath:
            return text.hasPrefix("/") ? nil : "'\(text)' is not valid; expected a path that begins with /"
        case .pattern:
            return NamePattern(text) == nil ? "it is longer than \(NamePattern.longest) characters" : nil
        case .cloneName:
            return Self.isCloneName(text)
                ? nil : "'\(text)' is not valid; expected a name with {n} once and without '/', for example fib-{n}"
        case .url:
            return Self.isURL(text)
                ? nil : "it is no URL; expected http:// or https:// with a host, for example https://hooks.example/cms"
        case .server:
            return Self.isURL(text) && !text.contains(where: { "@?#".contains($0) })
                ? nil
                : "it is no URL of a server; expected http:// or https:// with a host, without a user, '?' or '#', for "
                    + "example http://127.0.0.1:9090"
        case .name:
            return text.contains("/") || text.count > 128
                ? "'\(text)' is not valid; expected a name of at most 128 characters without '/'" : nil
        case .cron:
            return text.split(whereSeparator: \.isWhitespace).count == 5
                ? nil
                : "'\(text)' is not valid; expected five fields (minute, hour, day of month, month, weekday), for example "
                    + "0 8 * * 1-5"
        case .requestPath:
            return text.hasPrefix("/") && text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }
                ? nil : "'\(text)' is not valid; expected a path that begins with /, for example /healthz"
        case .statuses:
            return ServiceProbe.statuses(text) == nil
                ? "'\(text)' is not valid; expected HTTP statuses, for example 204 or 200-399" : nil
        case .instanceURL:
            return Self.instanceProblem(text)
        }
    }

    private static func instanceProblem(_ text: String) -> String? {
        let marks = [ServiceConfiguration.addressMark, ServiceConfiguration.nameMark]
        guard marks.contains(where: text.contains) else {
            return "'\(text)' is the same for all instances; it needs {address} or {name}, for example "
                + "https://{address}:8443"
        }
        let filled = marks.reduce(text) { $0.replacing($1, with: "a") }
        // What is left of a mark is none that is known.
        return (isURL(filled) || isTCP(filled)) && !filled.contains { "{}".contains($0) }
            ? nil
            : "'\(text)' is no URL; expected http:// or https:// with a host, or tcp:// with a host and a port, in which "
                + "{address} and {name} may stand, for example https://{address}:8443"
    }

    /// Refuses ranges in which no guest can be reached.
    private static func checkGuests(_ range: CIDR) throws {
        guard !range.base.isLinkLocal else {
            throw CIDRError(
                text: "\(range)",
                reason: "these are link-local addresses, which mean another machine on each network",
                remedy: nil,
                advice: "give the range of the network itself, for example fd00:1::/64"
            )
        }
        guard !range.base.isMulticast else {
            throw CIDRError(
                text: "\(range)",
                reason: "these are multicast addresses, and no machine has one of them as its own",
                remedy: nil,
                advice: "give the range of the network itself, for example 192.168.122.0/24"
            )
        }
    }

    private static func isReachable(_ text: String) -> Bool {
        guard text.utf8.count <= HostPort.longest else { return false }
        return HostPort(text, defaultPort: 7000).map { $0.port > 0 } ?? false
    }

    private static func message(_ check: () throws -> Void) -> String? {
        do {
            try check()
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func isCloneName(_ text: String) -> Bool {
        let rest = text.replacing(TemplateConfiguration.placeholder, with: "", maxReplacements: 1)
        return rest != text && text.count <= 100 && !rest.contains(where: { "{}/".contains($0) || $0.isWhitespace })
    }

    /// Whether a text is `tcp://HOST:PORT`.
    private static func isTCP(_ text: String) -> Bool {
        guard text.hasPrefix("tcp://"), text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return false }
        return HostPort(String(text.dropFirst("tcp://".count))).map { $0.port > 0 } ?? false
    }

    private static func isURL(_ text: String) -> Bool {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), text.utf8.count <= 2048 else { return false }
        for scheme in ["http://", "https://"] where text.hasPrefix(scheme) {
            let host = text.dropFirst(scheme.count).prefix { !"/?#".contains($0) }
            return host.contains { $0.isLetter || $0.isNumber }
        }
        return false
    }
}
