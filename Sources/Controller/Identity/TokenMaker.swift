import Foundation
import Libvirt
import Shared
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
    private let hypervisor: any Hypervisor

    /// A maker for the controller with that configuration.
    package init(configuration: ControllerConfiguration, hypervisor: any Hypervisor) {
        self.configuration = configuration
        self.hypervisor = hypervisor
    }

    /// Makes a token for the domain of that name or UUID.
    package func make(domain name: String, lifetime: Duration, now: Date = Date()) async throws -> Result {
        let domains = try await hypervisor.domains()
        guard let domain = domains.first(where: { $0.name == name || $0.uuid == name.lowercased() }) else {
            throw NoSuchDomain(name: name, existing: domains.map(\.name))
        }
        let networks = try GroupDiscovery.networks(in: configuration.hosts, of: try await hypervisor.networks())
        let directory = try StateDirectory(path: configuration.stateDirectory)
        let authority = try directory.authority(now: now)
        let store = try directory.store()
        let token = JoinToken()
        let expires = now.addingTimeInterval(lifetime.seconds)
        try await store.addToken(JoinTokenRecord(hash: token.hash, uuid: domain.uuid, expires: expires))
        let address = ServerNames(configuration: configuration, networks: networks).guestAddress
        // One that runs may have been given other settings than this command.
        let running = try? RunningController(stateDirectory: configuration.stateDirectory)
        let usual = HostPort(host: address.description, port: configuration.listen.port)
        return Result(
            token: token.secret,
            domain: domain.name,
            uuid: domain.uuid,
            expires: expires,
            controller: "\(running?.guestAddress ?? usual)",
            authorityHash: try authority.certificate.fingerprint()
        )
    }
}
