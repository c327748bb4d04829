import ConfigurationValues
import EmbeddedStore
import Foundation
import Libvirt
import Lifecycle
import Orchestration
import Persistence
import Shared
import Wire
import X509

/// Makes join tokens by hand, beside a running controller or without one.
package struct TokenMaker: Sendable {
    /// A token with all that an agent needs to use it.
    package struct Result: Codable, Sendable {
        /// The secret.
        package var token: String
        /// The domain's name.
        package var domain: String
        /// The domain's UUID.
        package var uuid: String
        /// When it stops being usable.
        package var expires: Date
        /// Where guests reach the controller.
        package var controller: String
        /// The fingerprint of the authority to pin.
        package var authorityHash: String
    }

    /// There is no such domain.
    package struct NoSuchDomain: Error, CustomStringConvertible {
        /// What was asked for.
        package let name: String
        /// The domains there are.
        package let existing: [String]

        /// One sentence with the remedy.
        package var description: String {
            "there is no domain '\(name)'; this hypervisor has "
                + (existing.isEmpty ? "none" : existing.joined(separator: ", "))
        }
    }

    private let configuration: ControllerConfiguration
    private let host: HypervisorConfiguration?
    private let hypervisor: any Hypervisor
    private let openStore: @Sendable (StateDirectory) throws -> any Store

    /// A maker for the controller with that configuration.
    ///
    /// - Parameters:
    ///   - host: What is said of the hypervisor's host.
    ///   - openStore: Opens the store that keeps the token's hash.
    package init(
        configuration: ControllerConfiguration,
        host: HypervisorConfiguration? = nil,
        hypervisor: any Hypervisor,
        openStore: @escaping @Sendable (StateDirectory) throws -> any Store = { try $0.store() }
    ) {
        self.configuration = configuration
        self.host = host
        self.hypervisor = hypervisor
        self.openStore = openStore
    }

    /// Makes a token for the domain of that name or UUID.
    package func make(domain name: String, lifetime: Duration, now: Date = Date()) async throws -> Result {
        let domains = try await hypervisor.domains()
        guard let domain = domains.first(where: { $0.name == name || $0.uuid == name.lowercased() }) else {
            throw NoSuchDomain(name: name, existing: domains.map(\.name))
        }
        let networks = try networks(of: domain, among: try await hypervisor.networks())
        let directory = try StateDirectory(path: configuration.stateDirectory)
        let authority = try directory.authority(now: now)
        let store = try openStore(directory)
        let token = JoinToken()
        let expires = now.addingTimeInterval(lifetime.seconds)
        try await store.addToken(JoinTokenRecord(hash: token.hash, uuid: domain.uuid, expires: expires))
        // One that runs may have been given other settings than this command.
        let running = try? RunningController(stateDirectory: configuration.stateDirectory)
        let listen = running?.listen ?? configuration.listen
        let address = ServerNames.guestAddress(listen: listen, networks: networks, interfaces: domain.interfaces)
        return Result(
            token: token.secret,
            domain: domain.name,
            uuid: domain.uuid,
            expires: expires,
            controller: "\(HostPort(host: host?.controller ?? address?.description ?? listen.host, port: listen.port))",
            authorityHash: try authority.certificate.fingerprint()
        )
    }

    /// The networks of the group that the domain belongs to; those of the first group when it belongs to none.
    private func networks(of domain: DomainInfo, among known: [NetworkInfo]) throws -> [GroupDiscovery.Network] {
        let named = domain.record.flatMap { $0.clone?.uuid == domain.uuid ? $0.group : nil }
        let all = try configuration.groups.map { ($0, try GroupDiscovery.networks(in: $0.hosts, of: known)) }
        let own = all.first { group, networks in
            (named.map { $0 == group.name } ?? group.includes(domain: domain.name))
                && networks.contains { $0.has(domain.interfaces) }
        }
        return (own ?? all.first)?.1 ?? []
    }
}
