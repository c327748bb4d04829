import ConfigurationValues
import EmbeddedStore
import Foundation
import Orchestration
import Persistence
import Shared
import Wire
import X509

/// Makes join tokens for machines that are to be controllers of the same authority.
package struct ControllerTokenMaker: Sendable {
    /// A token with all that the other machine needs to use it.
    package struct Result: Codable, Sendable {
        /// The secret.
        package var token: String
        /// How the other controller is to be called.
        package var name: String
        /// When it stops being usable.
        package var expires: Date
        /// Where the other machine reaches this controller.
        package var controller: String
        /// The fingerprint of the authority to pin.
        package var authorityHash: String

        /// What is to be typed on the other machine.
        package var command: String {
            "cms-controller join \(controller) --name \(name) --token \(token) --ca-hash \(authorityHash)"
        }
    }

    /// There is no authority to be had.
    package struct NoAuthority: Error, CustomStringConvertible {
        package let path: String

        /// One sentence with the remedy.
        package var description: String {
            "\(path) holds no certificate authority; start the controller there first, or give --state-dir"
        }
    }

    private let configuration: ControllerConfiguration
    private let openStore: @Sendable (StateDirectory) throws -> any Store

    /// A maker for the controller with that configuration.
    ///
    /// - Parameter openStore: Opens the store that keeps the token's hash, in which any controller finds it.
    package init(
        configuration: ControllerConfiguration,
        openStore: @escaping @Sendable (StateDirectory) throws -> any Store = { try $0.store() }
    ) {
        self.configuration = configuration
        self.openStore = openStore
    }

    /// Makes a token for the controller that is to be called `name`.
    package func make(name: String, lifetime: Duration, now: Date = Date()) async throws -> Result {
        let path = configuration.stateDirectory
        let directory = try StateDirectory(path: path)
        guard let authority = try directory.authorityIfAny() else { throw NoAuthority(path: path) }
        let token = JoinToken()
        let expires = now.addingTimeInterval(lifetime.seconds)
        try await openStore(directory).addToken(
            JoinTokenRecord(hash: token.hash, uuid: ControllerJoinRequest.tokenSubject(name), expires: expires)
        )
        // One that runs may have been given another place to listen than this command.
        var configuration = configuration
        if let listen = (try? RunningController(stateDirectory: path))?.listen { configuration.listen = listen }
        let address = ServerNames.reachedAt(configuration).first ?? "\(configuration.listen)"
        return Result(
            token: token.secret,
            name: name,
            expires: expires,
            controller: address,
            authorityHash: try authority.certificate.fingerprint()
        )
    }
}
