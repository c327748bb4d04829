import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Shared

/// Runs `body` with a server on loopback, over TLS when it has an identity, which goes on serving until the tests' process ends.
///
/// Stopping is left out on purpose: a Hummingbird server that stops while a connection comes in drops that connection's
/// `NIOAsyncChannel`, which is a trap in NIO, and a client that is cancelled may still be connecting. A server that is to
/// vanish stands behind a ``Relay``, which is cut.
///
/// - Parameters:
///   - router: What is served.
///   - identity: What the server shows; `nil` for a server without TLS.
///   - body: Given the port that is listened on.
package func withLoopbackServer<Result>(
    _ router: Router<BasicRequestContext>,
    identity: RotatingIdentity?,
    _ body: (Int) async throws -> Result
) async throws -> Result {
    let (ports, running) = AsyncStream<Int>.makeStream()
    let application = Application(
        router: router,
        server: try identity.map { identity in
            try .tls(
                .http1(),
                tlsConfiguration: .cmsServer(identity: identity, asksForClientCertificate: true)
            )
        } ?? .http1(),
        configuration: .init(address: .hostname("127.0.0.1", port: 0)),
        onServerRunning: { channel in
            running.yield(channel.localAddress?.port ?? 0)
            running.finish()
        },
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    // Outlives its caller, see above.
    Task.detached {
        defer { running.finish() }
        try await application.run()
    }
    return try await body(first(of: ports))
}

/// Waits for the first value of `stream` that `isWanted` accepts.
package func first<Value: Sendable>(
    of stream: AsyncStream<Value>,
    where isWanted: (Value) -> Bool = { _ in true }
) async throws -> Value {
    for await value in stream where isWanted(value) { return value }
    throw CancellationError()
}

/// Looks again and again until `condition` holds or the test's time is over.
package func wait(until condition: () -> Bool) async throws {
    while !condition() { try await ContinuousClock().sleep(for: .milliseconds(2)) }
}
