/// `POST /v1/join`: a machine asks for the certificate with which it gets the authority, to be a controller, too.
package struct ControllerJoinRequest: Codable, Sendable, Equatable {
    /// The single-use join token.
    package var token: String
    /// How the controller is to be called: the name that the token was made for.
    package var name: String
    /// A PKCS #10 certificate signing request in PEM. Only its public key is used.
    package var csr: String

    /// A request of the controller that is to be called `name`.
    package init(token: String, name: String, csr: String) {
        self.token = token
        self.name = name
        self.csr = csr
    }

    /// What the store has in place of a machine's UUID for a token of the controller `name`.
    package static func tokenSubject(_ name: String) -> String { "controller:\(name)" }
}
