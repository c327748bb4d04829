import AsyncHTTPClient
import EmbeddedStore
import Foundation
import Lifecycle
import NIOCore
import NIOHTTP1
import NIOSSL
import Shared
import Wire

/// An operator's requests to a running controller.
///
/// On the controller's own host, where its state can be read, no certificate is needed: one for a minute is made on the
/// spot. From elsewhere the one of `cms-controller client add NAME --role operator` is shown.
package struct OperatorClient: Sendable {
    /// Why the controller could not be asked.
    package struct Failure: Error, CustomStringConvertible {
        /// What failed and the remedy.
        package let description: String
        /// Whether the same question may be answered later: the controller was not reached, or cannot answer now.
        package let isTransient: Bool

        /// A failure.
        package init(description: String, isTransient: Bool = false) {
            self.description = description
            self.isTransient = isTransient
        }
    }

    /// The longest answer that is read, bytes.
    private static let answerLimit = 64 << 20
    private static let timeout = TimeAmount.seconds(10)
    /// How long a copy of the store may take.
    private static let backupTimeout = TimeAmount.minutes(10)
    /// The longest silence within an answer.
    private static let longestSilence = TimeAmount.seconds(75)
    private let place: OperatorPlace
    /// A certificate that was made on the spot is old in a minute: each connection asks anew.
    private let tls: @Sendable () throws -> TLSConfiguration

    /// A client that shows the identity in a directory.
    package init(controllers: ControllerList, identityDirectory: String) throws {
        guard let identity = try IdentityStore(directory: identityDirectory).load() else {
            throw Failure(description: "\(identityDirectory) holds no certificate; make one with 'client add'")
        }
        place = OperatorPlace(controllers)
        let tls = try TLSConfiguration.cmsClient(identity: identity, authority: identity.authority)
        self.tls = { tls }
    }

    /// A client that makes an identity from the controller's own state.
    package init(controllers: ControllerList, stateDirectory: String, name: String) throws {
        guard FileManager.default.fileExists(atPath: "\(stateDirectory)/authority.pem") else {
            throw Failure(
                description: "\(stateDirectory) holds no controller's state; give --state-dir, or --identity and "
                    + "--controller for a controller elsewhere"
            )
        }
        let authority = try StateDirectory(path: stateDirectory).authority(now: Date())
        let leaf = CertificateAuthority.Leaf(id: .operator(name: name), usage: .client, lifetime: .seconds(60))
        place = OperatorPlace(controllers)
        self.tls = {
            let identity = try authority.makeIdentity(leaf, now: Date())
            return try .cmsClient(identity: identity, authority: authority.certificate)
        }
    }

    /// What each group does, and why.
    package func groups() async throws -> [GroupStatus] {
        try await answer(.GET, "/v1/groups")
    }

    /// Tries again what failed in a group, or with one instance of it.
    package func retry(group: String, instance: String?) async throws {
        let query = instance.map { "?instance=\(Self.escaped($0))" } ?? ""
        _ = try await send(.POST, "/v1/groups/\(Self.escaped(group))/retry\(query)")
    }

    /// Replaces a group's clones by ones of its present template, each new one held for so many seconds.
    package func rollout(group: String, hold: Double) async throws {
        _ = try await send(.POST, "/v1/groups/\(Self.escaped(group))/rollout?hold=\(hold)")
    }

    /// Ends a rollout.
    package func abortRollout(group: String) async throws {
        _ = try await send(.DELETE, "/v1/groups/\(Self.escaped(group))/rollout")
    }

    /// Takes an instance out of service.
    package func drain(_ instance: String) async throws {
        _ = try await send(.POST, "/v1/instances/\(Self.escaped(instance))/drain")
    }

    /// Has scale in leave an instance alone, or no longer.
    package func protect(_ instance: String, _ isProtected: Bool) async throws {
        _ = try await send(isProtected ? .PUT : .DELETE, "/v1/instances/\(Self.escaped(instance))/protection")
    }

    package static func escaped(_ name: String) -> String {
        // The unreserved characters of RFC 3986.
        name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-._~")))
            ?? ""
    }

    /// Asks, and returns the message of the answer.
    package func answer<Message: Decodable>(_ method: HTTPMethod, _ path: String) async throws -> Message {
        try message(Message.self, of: try await send(method, path), path)
    }

    /// The message of an answer's body.
    func message<Message: Decodable>(_ type: Message.Type, of body: ByteBuffer, _ path: String) throws -> Message {
        do {
            return try WireCoding.decode(type, from: body)
        } catch {
            throw Failure(
                description:
                    "the controller at \(place.controller) answered \(path.prefix { $0 != "?" }) with something else than is "
                    + "expected: \(ErrorText.of(error)); use the cms-controller of the same version"
            )
        }
    }

    /// Asks, and returns the body of the answer.
    ///
    /// - Parameters:
    ///   - wait: For how many seconds more than usual the controller may be silent.
    ///   - onHeaders: Takes the headers of a good answer.
    package func send(
        _ method: HTTPMethod,
        _ path: String,
        wait: Int = 0,
        onHeaders: (HTTPHeaders) -> Void = { _ in }
    ) async throws -> ByteBuffer {
        try await exchange(method, path, timeout: Self.timeout + .seconds(Int64(wait))) { response in
            onHeaders(response.headers)
            return try await response.body.collect(upTo: Self.answerLimit)
        }
    }

    /// Writes a copy of the store into a backup.
    package func backup(into file: BackupFile) async throws {
        try await exchange(.GET, "/v1/backup", timeout: Self.backupTimeout) { response in
            guard let size = response.headers.first(name: "content-length").flatMap({ Int($0) }) else {
                throw Failure(description: "the controller did not say how large its copy is")
            }
            let isDatabase = response.headers.first(name: "content-type") == BackupFile.databaseType
            try file.beginStore(size: size, isDatabase: isDatabase, at: Date())
            for try await part in response.body { try file.add(part) }
            try file.endStore()
        }
    }

    private func exchange<Answer>(
        _ method: HTTPMethod,
        _ path: String,
        timeout: TimeAmount,
        _ take: (HTTPClientResponse) async throws -> Answer
    ) async throws -> Answer {
        try await place.ask { address, connectTimeout in
            let client = HTTPClient.cms(
                connectTimeout: TimeAmount(connectTimeout),
                readTimeout: min(timeout, Self.longestSilence)
            )
            let result: Result<Answer, any Error>
            do {
                var request = HTTPClientRequest(url: "https://\(address)\(path)")
                request.method = method
                request.tlsConfiguration = try tls()
                let response = try await client.execute(request, timeout: timeout)
                try await Self.check(response)
                result = .success(try await take(response))
            } catch let error where error is Failure || error is BackupFile.Failure || error is OperatorPlace.Elsewhere
            {
                result = .failure(error)
            } catch {
                let failure = Failure(
                    description:
                        "the controller at \(address) cannot be asked: \(ErrorText.of(error)); does it run there?",
                    isTransient: true
                )
                let isElsewhere = OperatorPlace.Elsewhere.isMeant(error, changesNothing: method == .GET)
                result = .failure(isElsewhere ? OperatorPlace.Elsewhere(failure: failure) : failure)
            }
            try? await client.shutdown()
            return try result.get()
        }
    }

    /// Throws for any other answer than a good one.
    private static func check(_ response: HTTPClientResponse) async throws {
        guard !(200...299).contains(response.status.code) else { return }
        let body = try await response.body.collect(upTo: answerLimit)
        let problem = try? WireCoding.decode(Problem.self, from: body)
        let failure = Failure(
            description: problem?.detail ?? "the controller answered \(response.status.code)",
            isTransient: response.status.code >= 500
        )
        if let problem, OperatorPlace.Elsewhere.isMeant(problem) {
            throw OperatorPlace.Elsewhere(failure: failure, problem: problem)
        }
        throw failure
    }
}
