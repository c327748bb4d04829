import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import Proxy
import ServiceLifecycle
import Shared
import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Looks every few seconds whether the service beside the agent is well.
final class ServiceHealth: Service {
    /// What the last look found.
    enum State: Sendable, Equatable {
        /// Nobody has looked yet.
        case unknown
        /// It is well.
        case well
        /// It is not, and why.
        case unwell(String)
    }

    private let service: ProxiedService
    private let client: HTTPClient
    private let loops: any EventLoopGroup
    private let logger: Logger
    private let found = Mutex(State.unknown)

    /// Looks that must fail one after another before a service that was well is no longer.
    static let patience = 3
    private let answered: @Sendable () -> UInt64

    /// - Parameters:
    ///   - service: The service.
    ///   - client: Asks it.
    ///   - loops: The event loops.
    ///   - answered: How many requests it has answered: one that answers others is well, however busy.
    ///   - logger: Where changes are told.
    init(
        service: ProxiedService,
        client: HTTPClient,
        loops: any EventLoopGroup,
        answered: @escaping @Sendable () -> UInt64,
        logger: Logger
    ) {
        self.service = service
        self.answered = answered
        self.client = client
        self.loops = loops
        self.logger = logger
    }

    /// What the last look found.
    var state: State { found.withLock { $0 } }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.look() }
        } catch is CancellationError {}
    }

    private func look() async throws {
        var failures = 0
        var answeredBefore = answered()
        while true {
            var now = await check()
            try Task.checkCancellation()
            let before = state
            let answeredNow = answered()
            failures = now == .well || answeredNow > answeredBefore ? 0 : failures + 1
            answeredBefore = answeredNow
            if before == .well, failures < Self.patience { now = .well }
            found.withLock { $0 = now }
            if before != now { tell(now) }
            let isSettled = now == .well && failures == 0
            try await Task.sleep(
                for: isSettled ? service.healthInterval : min(.milliseconds(250), service.healthInterval)
            )
        }
    }

    private func tell(_ state: State) {
        let upstream = "\(service.settings.upstream)"
        switch state {
        case .unknown: break
        case .well: logger.info("the service is well", metadata: ["upstream": "\(upstream)"])
        case .unwell(let reason):
            logger.warning("the service is not well", metadata: ["upstream": "\(upstream)", "reason": "\(reason)"])
        }
    }

    private func check() async -> State {
        do {
            guard let path = service.healthPath else {
                try await connect()
                return .well
            }
            let request = HTTPClientRequest(url: Self.url(service.settings.upstream, path: path))
            let response = try await client.execute(request, deadline: .now() + TimeAmount(service.healthTimeout))
            // What a sick service has to say is of no use here.
            guard (200...399).contains(response.status.code) else {
                return .unwell("\(path) answered \(response.status.code)")
            }
            return .well
        } catch {
            return .unwell(NetworkFailure(error).map { "\($0)" } ?? ErrorText.of(error))
        }
    }

    private func connect() async throws {
        let bootstrap = ClientBootstrap(group: loops).connectTimeout(TimeAmount(service.healthTimeout))
        let channel =
            switch service.settings.upstream {
            case .tcp(let address): try await bootstrap.connect(host: address.host, port: address.port).get()
            case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
        try? await channel.close()
    }

    /// The URL of a path of the service, as the HTTP client writes Unix sockets.
    static func url(_ upstream: UpstreamAddress, path: String) -> String {
        switch upstream {
        case .tcp(let address): return "http://\(address)\(path)"
        case .unix(let socket):
            let unreserved = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
            let encoded = socket.utf8.map { byte in
                unreserved.contains(byte)
                    ? String(UnicodeScalar(byte))
                    : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
            return "http+unix://\(encoded.joined())\(path)"
        }
    }
}
