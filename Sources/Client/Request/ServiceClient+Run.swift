import AsyncHTTPClient
import Shared
import Wire

extension ServiceClient {
    /// What a program may choose about its client.
    public struct Options: Sendable {
        /// How endpoints are chosen.
        public var policy: BalancePolicy = .random
        /// Waiting times of requests.
        public var settings = Settings()
        /// Told of the controller's notices and of connections; returns soon.
        public var onEvent: @Sendable (WatchEvent) -> Void = { _ in }

        /// The defaults.
        public init() {}
    }

    /// Runs `body` with a client whose endpoints, certificate and connections are looked after meanwhile.
    ///
    /// - Parameters:
    ///   - controller: `host:port`, or a host for port 7000; several with commas between them.
    ///   - identityDirectory: Where `ca.pem`, `cert.pem` and `key.pem` are; see ``ClientIdentity/defaultDirectory(environment:)``.
    ///   - options: Choices.
    ///   - body: What to do with the client.
    /// - Throws: ClientIdentityError; Problem when the controller refuses the identity; what `body` throws.
    public static func run<Result: Sendable>(
        controller: String,
        identityDirectory: String = ClientIdentity.defaultDirectory(),
        options: Options = Options(),
        _ body: @escaping @Sendable (ServiceClient) async throws -> Result
    ) async throws -> Result {
        let known = KnownControllers(try controllers(controller))
        let identity = try RotatingIdentity(ClientIdentity.load(from: identityDirectory))
        let pool = EndpointPool(policy: options.policy)
        let watcher = EndpointWatcher(known: known, identity: identity, pool: pool, onEvent: options.onEvent)
        let renewer = IdentityRenewer(
            known: known,
            identity: identity,
            store: IdentityStore(directory: identityDirectory)
        )
        let http = makeHTTPClient(options.settings)
        let client = ServiceClient(pool: pool, identity: identity, http: http, settings: options.settings)
        do {
            let result = try await withThrowingTaskGroup(of: Result?.self) { group in
                group.addTask {
                    try await watcher.run()
                    return nil
                }
                group.addTask {
                    try await renewer.run()
                    return nil
                }
                group.addTask { try await body(client) }
                defer { group.cancelAll() }
                while let ended = try await group.next() {
                    if let result = ended { return result }
                }
                throw CancellationError()
            }
            await http.shutDown(within: .milliseconds(250))
            return result
        } catch {
            await http.shutDown(within: .milliseconds(250))
            throw error
        }
    }

    private static func controllers(_ text: String) throws -> ControllerList {
        let addresses = try ControllerList.parts(of: [text]).map { part in
            guard let address = HostPort(part, defaultPort: 7000) else {
                throw AttemptFailure(.final, "'\(part)' is not an address; write host:port")
            }
            if let problem = address.requestProblem { throw AttemptFailure(.final, problem) }
            return address
        }
        guard let list = ControllerList(addresses) else {
            throw AttemptFailure(.final, "'\(text)' is not an address; write host:port")
        }
        return list
    }
}
