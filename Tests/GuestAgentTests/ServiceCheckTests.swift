import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import Proxy
import Shared
import Synchronization
import TestSupport
import Testing

@testable import GuestAgent

/// How an agent asks a service whether it is well.
@Suite("Looks at a service", .timeLimit(.minutes(1)))
struct ServiceCheckTests {
    /// A service on a Unix socket that keeps what it was asked.
    private final class Service: ChannelInboundHandler, Sendable {
        typealias InboundIn = ByteBuffer
        let asked = Mutex("")

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = asked.withLock { asked in
                asked += String(buffer: unwrapInboundIn(data))
                return asked
            }
            guard text.hasSuffix("\r\n\r\n") else { return }
            // As h11 and others do: without a host it is no request of HTTP/1.1.
            let hosts = text.lowercased().split(separator: "\r\n").count { $0.hasPrefix("host:") }
            let status = hosts == 1 ? "204 No Content" : "400 Bad Request"
            let channel = context.channel
            channel.writeAndFlush(ByteBuffer(string: "HTTP/1.1 \(status)\r\nconnection: close\r\n\r\n"))
                .whenComplete { _ in channel.close(promise: nil) }
        }
    }

    @Test("the request over a Unix socket names a host, as HTTP/1.1 wants it")
    func host() async throws {
        try await withTemporaryDirectory { folder in
            let service = Service()
            let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                .childChannelInitializer { $0.pipeline.addHandler(service) }
                .bind(unixDomainSocketPath: folder + "/app.sock").get()
            let client = HTTPClient.cms(connectionsPerHost: 1)
            let check = ServiceCheck(
                client: client,
                loops: .singletonMultiThreadedEventLoopGroup,
                timeout: .seconds(10)
            )
            let url = ServiceCheck.url(try UpstreamAddress("unix:\(folder)/app.sock"), path: "/healthz?a=b")
            let problem: (any Error)?
            do {
                try await check.get(url, shown: "/healthz")
                problem = nil
            } catch {
                problem = error
            }
            try await client.shutdown()
            try await server.close()
            #expect(problem == nil, "\(problem.map { "\($0)" } ?? "")")
            #expect(service.asked.withLock { $0 }.hasPrefix("GET /healthz?a=b HTTP/1.1\r\n"))
        }
    }

    @Test("over loopback any certificate will do, over other addresses only a trusted one")
    func certificates() {
        for url in ["https://127.0.0.1:8443/healthz", "https://[::1]:8443/", "https://localhost/"] {
            #expect(ServiceCheck.request(url).tlsConfiguration?.certificateVerification == CertificateVerification.none)
        }
        for url in ["https://192.0.2.1:8443/healthz", "https://localhost.example/", "http+unix://%2Frun%2Fa/"] {
            #expect(ServiceCheck.request(url).tlsConfiguration == nil)
        }
    }
}
