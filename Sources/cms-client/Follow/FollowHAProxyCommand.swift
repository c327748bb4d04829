import ArgumentParser
import Follow
import Shared
import Wire
import X509

/// `cms-client follow haproxy`.
struct FollowHAProxyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "haproxy",
        abstract: "Keep the servers of a HAProxy backend equal to the endpoints.",
        discussion: """
            Servers are added, weighted, drained and removed through HAProxy's runtime API, without a reload. Own servers \
            are those whose name begins with --prefix; all others are left alone. A withdrawal is acknowledged when \
            HAProxy has no session left on that server. HAProxy 2.6 or newer; older ones with --slots.

            EXAMPLES
              cms-client follow haproxy --controller cms.example --backend web
              cms-client follow haproxy --backend web --check --slow-start 30s
              cms-client follow haproxy --backend web --ca-file /etc/ssl/own.pem
            """
    )

    @OptionGroup var follow: FollowArguments

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("HAProxy's socket of level admin: a path, or HOST:PORT.", valueName: "socket")
    )
    var socket = "/run/haproxy/admin.sock"

    @Option(parsing: .unconditional, help: ArgumentHelp("The backend whose servers are kept.", valueName: "name"))
    var backend: String

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("What the names of the follower's own servers begin with.", valueName: "text")
    )
    var prefix = "cms-"

    @Flag(help: "Reach every server over TLS; else those whose URL says https.")
    var ssl = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            """
            Whose certificates the servers must show: a file that haproxy.cfg names, too; or 'none'. Default: the \
            controller's authority, which HAProxy is given.
            """,
            valueName: "file"
        )
    )
    var caFile: String?

    @Flag(help: "Have HAProxy check the servers' health by itself, too.")
    var check = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Further words of the 'server' line.", valueName: "text")
    )
    var serverOptions = ""

    @Option(help: ArgumentHelp("The weight of a server, 1 to 256. Default: 1, with --slow-start 100.", valueName: "n"))
    var weight: Int?

    @Option(help: "Let the weight of a new server grow from 1 % to all of it within this time.")
    var slowStart: Interval?

    @Option(help: "How long clients that are bound to a withdrawn server by a cookie may still come to it.")
    var drainTimeout = Interval(.seconds(10))

    @Option(help: "How often HAProxy is looked at while nothing changes.")
    var interval = Interval(.seconds(1))

    @Flag(help: "Give addresses to the servers of a 'server-template' with that prefix instead of adding servers.")
    var slots = false

    func validate() throws {
        try Self.check(word: backend, "--backend")
        try Self.check(word: prefix, "--prefix")
        guard HAProxySocket.Place(socket) != nil else {
            throw ValidationError(
                "--socket is '\(socket)'; write a path of at most 107 bytes with a slash, or HOST:PORT."
            )
        }
        if let caFile, caFile.isEmpty || !Self.isPlain(caFile) || caFile.contains(" ") {
            throw ValidationError("--ca-file is a path without blanks, or 'none'.")
        }
        guard Self.isPlain(serverOptions) else {
            throw ValidationError("--server-options must be on one line and without ';' and '<<'.")
        }
        if let weight, !(1...256).contains(weight) { throw ValidationError("--weight is \(weight); give 1 to 256.") }
        guard interval.duration >= .milliseconds(100), interval.duration <= .seconds(60) else {
            throw ValidationError("--interval must be from 100ms to 60s.")
        }
        if slots, ssl || check || caFile != nil || !serverOptions.isEmpty {
            throw ValidationError(
                "With --slots the 'server-template' line in haproxy.cfg says what --ssl, --ca-file, --check and "
                    + "--server-options would."
            )
        }
    }

    func run() async throws {
        try await follow.follow { ready in
            guard let place = HAProxySocket.Place(socket) else { return }
            guard let lock = FollowerLock("haproxy \(backend) \(prefix) \(place)") else {
                throw FollowUsage.contested(backend: backend, prefix: prefix)
            }
            defer { withExtendedLifetime(lock) {} }
            let follower = HAProxyFollower(
                settings: try settings(ready),
                runtime: HAProxySocket(place),
                feed: ready.session.feed,
                authority: { [identity = ready.identity] in try identity.current.authority.pem() },
                pace: HAProxyFollower.Pace(interval: interval.duration),
                logger: ready.logger
            )
            try await ready.session.run(follower)
        }
    }

    private func settings(_ ready: FollowArguments.Ready) throws -> HAProxySettings {
        var settings = HAProxySettings(backend: backend)
        settings.prefix = prefix
        settings.mode = slots ? .slots : .dynamic
        settings.alwaysTLS = ssl
        settings.checks = check
        settings.options = serverOptions
        settings.slowStart = slowStart?.duration ?? .zero
        settings.weight = weight ?? (settings.slowStart > .zero ? 100 : 1)
        settings.drainTimeout = drainTimeout.duration
        switch caFile {
        case nil:
            let print = try ready.identity.current.authority.fingerprint().suffix(16)
            settings.authority = .controller(name: "cms-ca-\(print)")
        case "none": settings.authority = .none
        case let file?: settings.authority = .file(file)
        }
        return settings
    }

    /// A name as HAProxy takes it.
    private static func check(word: String, _ option: String) throws {
        let isGood = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ".:_-".utf8.contains(byte)
            }
        }
        guard isGood, (1...100).contains(word.utf8.count) else {
            throw ValidationError("\(option) is '\(word)'; HAProxy takes letters, digits and . : _ - in names.")
        }
    }

    /// Whether a text ends neither the line nor the command.
    private static func isPlain(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0 != ";" } && !text.contains("<<")
    }
}

/// What only shows when a follower begins.
enum FollowUsage: Error, CustomStringConvertible {
    /// Another follower of this machine has these servers.
    case contested(backend: String, prefix: String)

    var description: String {
        switch self {
        case .contested(let backend, let prefix):
            "another follower on this machine keeps the servers '\(prefix)…' of backend '\(backend)'; end it, or give "
                + "this one another --prefix"
        }
    }
}
