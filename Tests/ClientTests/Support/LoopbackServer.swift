import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Shared

/// Runs a TLS server on loopback while `body` runs; cancelling it closes every connection at once.
///
/// - Parameters:
///   - router: What is served.
///   - identity: What the server shows.
///   - port: The port, 0 for any.
///   - body: Given the port that is listened on.
func withLoopbackServer<Result: Sendable>(
    _ router: Router<BasicRequestContext>,
    identity: RotatingIdentity,
    port: Int = 0,
    _ body: @escaping @Sendable (Int) async throws -> Result
) async throws -> Result {
    let (ports, running) = AsyncStream<Int>.makeStream()
    let application = Application(
        router: router,
        server: try .tls(
            .http1(),
            tlsConfiguration: .cmsServer(identity: identity, asksForClientCertificate: true)
        ),
        configuration: .init(address: .hostname("127.0.0.1", port: port)),
        onServerRunning: { channel in
            running.yield(channel.localAddress?.port ?? 0)
            running.finish()
        },
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    return try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask {
            // Not the graceful way: connections are cut when the body is done.
            try await application.run()
            return nil
        }
        group.addTask {
            for await port in ports { return try await body(port) }
            throw CancellationError()
        }
        defer { group.cancelAll() }
        while let ended = try await group.next() {
            if let result = ended { return result }
        }
        throw CancellationError()
    }
}

/// Waits for the first value of `stream` that `isWanted` accepts.
func first<Value: Sendable>(
    of stream: AsyncStream<Value>,
    where isWanted: (Value) -> Bool = { _ in true }
) async throws -> Value {
    for await value in stream where isWanted(value) { return value }
    throw CancellationError()
}
