import Crypto
import Foundation

/// A single-use secret that lets one machine enroll: 32 random bytes in URL-safe base 64.
///
/// It never begins with `-`, so that it can be typed behind any option. Tokens of earlier versions may, and stay valid.
package struct JoinToken: Sendable {
    /// The secret. It goes to the machine and nowhere else.
    package let secret: String

    /// A fresh token.
    package init() {
        var generator = SystemRandomNumberGenerator()
        var text = Self.text(&generator)
        while text.hasPrefix("-") { text = Self.text(&generator) }
        secret = text
    }

    private static func text(_ generator: inout SystemRandomNumberGenerator) -> String {
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return Data(bytes).base64EncodedString()
            .replacingOccurrences(of: "+", with: "-")
            .replacingOccurrences(of: "/", with: "_")
            .replacingOccurrences(of: "=", with: "")
    }

    /// What the store keeps of the token.
    package var hash: String { Self.hash(of: secret) }

    /// SHA-256 of a token, hexadecimal.
    package static func hash(of secret: String) -> String {
        SHA256.hash(data: Data(secret.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

extension JoinToken: CustomStringConvertible {
    /// Never the secret.
    package var description: String { "join token \(hash.prefix(8))…" }
}
