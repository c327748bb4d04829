import Foundation
import GuestAgent
import Testing

@Suite("Where settings come from")
struct CredentialsTests {
    @Test("options count more than the environment, and that more than credentials")
    func order() async throws {
        try await withTemporaryDirectory { directory in
            for name in ["join-token", "controller", "ca-hash", "uuid"] {
                try "credential-\(name)\n".write(
                    toFile: "\(directory)/cms.\(name)",
                    atomically: true,
                    encoding: .utf8
                )
            }
            let environment = ["CMS_CONTROLLER": "environment-controller", "CMS_CA_HASH": "environment-hash"]
            let result = Credentials(controller: "flag-controller")
                .completed(by: Credentials(environment: environment))
                .completed(by: Credentials(directory: directory))
            #expect(result.controller == "flag-controller")
            #expect(result.authorityHash == "environment-hash")
            #expect(result.token == "credential-join-token")
            #expect(result.uuid == "credential-uuid")
        }
    }

    @Test("empty means absent, blanks around a value do not count, UUID and hash are lower case")
    func trimming() async throws {
        let credentials = Credentials(token: " \n", controller: "  a:1\n", authorityHash: "SHA256:AB", uuid: "AB-CD")
        #expect(credentials == Credentials(controller: "a:1", authorityHash: "sha256:ab", uuid: "ab-cd"))
        #expect(credentials.token == nil)
        try await withTemporaryDirectory { directory in
            try Data().write(to: URL(fileURLWithPath: "\(directory)/cms.join-token"))
            #expect(Credentials(directory: directory) == Credentials())
        }
        #expect(Credentials(directory: nil) == Credentials())
        #expect(Credentials(directory: "/nonexistent") == Credentials())
    }

    @Test("the state directory is the option's, else systemd's first one, else the usual one")
    func stateDirectory() {
        let environment = ["STATE_DIRECTORY": "/var/lib/a:/var/lib/b"]
        #expect(AgentStateDirectory(flag: "/x", environment: environment).path == "/x")
        #expect(AgentStateDirectory(flag: nil, environment: environment).path == "/var/lib/a")
        #expect(AgentStateDirectory(flag: nil, environment: [:]).path == "/var/lib/cms-agent")
    }

    @Test("a spent token is remembered as a hash, not as itself")
    func spentToken() async throws {
        try await withTemporaryDirectory { directory in
            let state = AgentStateDirectory(path: directory + "/new")
            #expect(!state.isSpent(token: "secret-token"))
            try state.markSpent(token: "secret-token")
            #expect(state.isSpent(token: "secret-token"))
            #expect(!state.isSpent(token: "another"))
            for file in try FileManager.default.contentsOfDirectory(atPath: state.path) {
                let text = try String(contentsOfFile: "\(state.path)/\(file)", encoding: .utf8)
                #expect(!text.contains("secret-token"))
            }
        }
    }
}
