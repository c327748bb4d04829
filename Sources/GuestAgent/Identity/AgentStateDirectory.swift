import Crypto
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the agent remembers from one start to the next: its identity, its name, its controller, the spent token.
public struct AgentStateDirectory: Sendable, Equatable {
    /// The directory.
    public let path: String

    /// A state directory, which need not exist yet.
    public init(path: String) {
        self.path = path
    }

    /// `--state-dir`, else `$STATE_DIRECTORY` as systemd sets it, else `/var/lib/cms-agent`.
    public init(flag: String?, environment: [String: String]) {
        let fromSystemd = environment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
        self.init(path: flag ?? fromSystemd ?? "/var/lib/cms-agent")
    }

    /// The identity's files.
    public var identity: IdentityStore { IdentityStore(directory: path) }

    /// The name that the controller gave; `nil` before the first registration.
    public var serverName: String? { SmallFile.text(at: "\(path)/server-name", limit: 256) }

    /// The controller that this machine enrolled with; `nil` before.
    public var controller: String? { SmallFile.text(at: "\(path)/controller", limit: 300) }

    /// Remembers the name that the controller gave.
    public func save(serverName: String) throws { try write(serverName, to: "server-name") }

    /// Remembers the controller.
    public func save(controller: HostPort) throws { try write(controller.description, to: "controller") }

    /// Whether `token` has been used by this machine, or refused as used.
    public func isSpent(token: String) -> Bool {
        SmallFile.text(at: "\(path)/spent-token", limit: 256) == Self.digest(token)
    }

    /// Remembers that `token` is of no more use.
    ///
    /// Only its hash is stored.
    public func markSpent(token: String) throws { try write(Self.digest(token), to: "spent-token") }

    private func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try DurableFile.write(text + "\n", to: "\(path)/\(name)", mode: 0o600)
    }

    private static func digest(_ token: String) -> String {
        Fingerprint.of(der: Array(token.utf8))
    }
}
