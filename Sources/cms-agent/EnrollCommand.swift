import ArgumentParser
import AsyncHTTPClient
import GuestAgent
import Shared
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// `cms-agent enroll`.
struct EnrollCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "enroll",
        abstract: "Get this machine's identity from the controller with a join token, once, and keep it.",
        discussion: "'cms-controller token create DOMAIN' prints the token and the CA hash."
    )

    @Option(parsing: .unconditional, help: ArgumentHelp("The single-use join token.", valueName: "token"))
    var token: String?

    @OptionGroup var identity: IdentityOptions

    func run() async throws {
        let credentials = identity.credentials(token: token)
        guard let token = credentials.token else {
            throw ValidationError("no join token; give --token, $CMS_JOIN_TOKEN or the credential cms.join-token")
        }
        guard let hash = credentials.authorityHash else {
            throw ValidationError("no CA hash; give --ca-hash, $CMS_CA_HASH or the credential cms.ca-hash")
        }
        try identity.checkHash(credentials)
        let controllers = try identity.resolvedControllers(credentials)
        let uuid = try identity.resolvedUUID(credentials)
        let state = identity.state
        let client = HTTPClient.cms()
        do {
            let enroller = Enroller(uuid: uuid, controller: controllers.first, client: client)
            let (new, controller) = try await Self.firstAnswer(controllers) { controller in
                try await enroller.at(controller).enroll(token: token, authorityHash: hash)
            }
            try state.identity.save(new)
            try state.save(controller: controller)
            try state.markSpent(token: token)
            try await client.shutdown()
            print(
                "enrolled as \(new.spiffeID?.uri ?? uuid) until \(new.certificate.notValidAfter.rfc3339); "
                    + "the identity is in \(state.path)"
            )
        } catch {
            try? await client.shutdown()
            StandardError.write("cms-agent: \(ErrorText.of(error))")
            throw ExitCode(ExitStatus.failure)
        }
    }
}

extension EnrollCommand {
    /// What the first controller answers that can be asked, and which one that is.
    ///
    /// - Throws: What the last one failed with; a refusal of any of them.
    private static func firstAnswer(
        _ controllers: ControllerList,
        _ ask: (HostPort) async throws -> Identity
    ) async throws -> (Identity, HostPort) {
        for controller in controllers.all.dropLast() {
            do {
                return (try await ask(controller), controller)
            } catch let refusal as Enroller.Failure {
                throw refusal
            } catch {
                StandardError.write("cms-agent: \(text(error, controller)); asking the next one")
            }
        }
        let last = controllers.all.last ?? controllers.first
        do {
            return (try await ask(last), last)
        } catch let error where NetworkFailure(error) != nil {
            throw Unreachable(description: text(error, last))
        }
    }

    /// A controller cannot be asked.
    private struct Unreachable: Error, CustomStringConvertible {
        let description: String
    }

    /// What failed, and with which controller.
    private static func text(_ error: any Error, _ controller: HostPort) -> String {
        NetworkFailure(error).map { "the controller at \(controller) cannot be asked: \($0)" } ?? ErrorText.of(error)
    }
}

/// Messages for the person at the terminal.
private enum StandardError {
    static func write(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
    }
}
