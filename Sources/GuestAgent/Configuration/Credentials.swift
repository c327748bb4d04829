#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What an agent is told from outside: by its command line, its environment or systemd's credentials.
package struct Credentials: Sendable, Equatable {
    /// The single-use join token.
    package var token: String?
    /// The controller as `host:port`, or several with commas between them.
    package var controller: String?
    /// The fingerprint of the controller's certificate authority, `sha256:` and 64 hexadecimal digits.
    package var authorityHash: String?
    /// The machine's UUID.
    package var uuid: String?

    /// Nothing told, or what is given.
    package init(
        token: String? = nil,
        controller: String? = nil,
        authorityHash: String? = nil,
        uuid: String? = nil
    ) {
        self.token = Self.meaningful(token)
        self.controller = Self.meaningful(controller)
        self.authorityHash = Self.meaningful(authorityHash)?.lowercased()
        self.uuid = Self.meaningful(uuid)?.lowercased()
    }

    /// From the environment: `CMS_JOIN_TOKEN`, `CMS_CONTROLLER`, `CMS_CA_HASH`, `CMS_UUID`.
    package init(environment: [String: String]) {
        self.init(
            token: environment["CMS_JOIN_TOKEN"],
            controller: environment["CMS_CONTROLLER"],
            authorityHash: environment["CMS_CA_HASH"],
            uuid: environment["CMS_UUID"]
        )
    }

    /// From the files `cms.join-token`, `cms.controllers` (else `cms.controller`), `cms.ca-hash` and `cms.uuid` that
    /// systemd's `LoadCredential=` puts into `directory`; a file that is absent or empty says nothing.
    package init(directory: String?) {
        func read(_ name: String) -> String? {
            directory.flatMap { Self.meaningful(SmallFile.text(at: "\($0)/\(name)", limit: 8192)) }
        }
        self.init(
            token: read("cms.join-token"),
            controller: read("cms.controllers") ?? read("cms.controller"),
            authorityHash: read("cms.ca-hash"),
            uuid: read("cms.uuid")
        )
    }

    /// These, completed by `others` where something is missing.
    package func completed(by others: Credentials) -> Credentials {
        Credentials(
            token: token ?? others.token,
            controller: controller ?? others.controller,
            authorityHash: authorityHash ?? others.authorityHash,
            uuid: uuid ?? others.uuid
        )
    }

    /// The text without blanks around it; `nil` when nothing is left.
    private static func meaningful(_ text: String?) -> String? {
        guard let text, let first = text.firstIndex(where: { !$0.isWhitespace }),
            let last = text.lastIndex(where: { !$0.isWhitespace })
        else { return nil }
        return String(text[first...last])
    }
}
