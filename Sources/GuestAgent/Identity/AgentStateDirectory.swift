import Crypto
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What the agent remembers from one start to the next: its identity, its name, its controllers, the spent token.
package struct AgentStateDirectory: Sendable, Equatable {
    /// The directory.
    package let path: String

    /// A state directory, which need not exist yet.
    package init(path: String) {
        self.path = path
    }

    /// `--state-dir`, else `$STATE_DIRECTORY` as systemd sets it, else `/var/lib/cms-agent`.
    package init(flag: String?, environment: [String: String]) {
        let fromSystemd = environment["STATE_DIRECTORY"]?.split(separator: ":").first.map(String.init)
        self.init(path: flag ?? fromSystemd ?? "/var/lib/cms-agent")
    }

    /// The identity's files.
    package var identity: IdentityStore { IdentityStore(directory: path) }

    /// The name that the controller gave; `nil` before the first registration.
    package var serverName: String? { SmallFile.text(at: "\(path)/server-name", limit: 256) }

    /// The controller that this machine enrolled with; `nil` before.
    package var controller: String? { SmallFile.text(at: "\(path)/controller", limit: 300) }

    /// The controllers that a controller told of last; empty when none ever did.
    package var controllers: [HostPort] { StoredControllers(directory: path).load() }

    /// Remembers the name that the controller gave.
    package func save(serverName: String) throws { try write(serverName, to: "server-name") }

    /// Remembers the controller.
    package func save(controller: HostPort) throws { try write(controller.description, to: "controller") }

    /// Remembers the controllers that a controller told of.
    package func save(controllers: [HostPort]) throws {
        try make()
        try StoredControllers(directory: path).save(controllers)
    }

    /// Whether `token` has been used by this machine, or refused as used.
    package func isSpent(token: String) -> Bool {
        SmallFile.text(at: "\(path)/spent-token", limit: 256) == Self.digest(token)
    }

    /// Remembers that `token` is of no more use.
    ///
    /// Only its hash is stored.
    package func markSpent(token: String) throws { try write(Self.digest(token), to: "spent-token") }

    private func write(_ text: String, to name: String) throws {
        try make()
        try DurableFile.write(text + "\n", to: "\(path)/\(name)", mode: 0o600)
    }

    private func make() throws {
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    private static func digest(_ token: String) -> String {
        Fingerprint.of(der: Array(token.utf8))
    }
}
