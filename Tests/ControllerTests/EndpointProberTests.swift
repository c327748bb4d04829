import AsyncHTTPClient
import NIOCore
import NIOPosix
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Orchestration

@Suite("Probes")
struct EndpointProberTests {
    @Test("a changed time-out holds for the next probe")
    func timeoutIsLive() async throws {
        let authority = try TestAuthority()
        let identity = try RotatingIdentity(authority.client())
        // Accepts, and never says a word.
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let client = HTTPClient.cms()
        let live = TimeoutSource()
        let prober = HTTPSEndpointProber(client: client, identity: identity) { live.value }
        let port = listener.localAddress?.port ?? 0
        let endpoint = ProbeTarget(url: "https://127.0.0.1:\(port)")
        for limit in [Duration.milliseconds(20), .milliseconds(40)] {
            live.set(limit)
            let error = await #expect(throws: (any Error).self) { try await prober.checkHealth(endpoint) }
            #expect("\(try #require(error))".contains("\(limit)"))
        }
        await client.shutDown(within: .milliseconds(50))
        try await listener.close()
    }
}

/// A time-out that a test changes.
private final class TimeoutSource: Sendable {
    private let state = Mutex(Duration.zero)

    var value: Duration { state.withLock { $0 } }
    func set(_ value: Duration) { state.withLock { $0 = value } }
}
