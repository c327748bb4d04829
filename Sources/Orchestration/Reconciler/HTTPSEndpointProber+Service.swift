import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Shared
import Wire

extension HTTPSEndpointProber {
    /// How much of an answer is read, bytes; what comes after that is left.
    private static let answerLimit = 64 * 1024

    /// Tries a service as its group says. Nothing of the controller's own identity is shown to it.
    func run(_ check: ProbeTarget.Check) async throws {
        let timeout = timeout()
        try await withDeadline(timeout) {
            switch check {
            case .tcp(let place): try await connect(to: place, within: timeout)
            case .http(let url, let expected, let authorities):
                try await get(url, expected: expected, authorities: authorities, within: timeout)
            }
        }
    }

    private func connect(to place: HostPort, within timeout: Duration) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(timeout))
            .connect(to: SocketAddress(ipAddress: place.host, port: place.port)).get()
        // Whoever closed it first: it was there.
        try? await channel.close()
    }

    private func get(
        _ url: String,
        expected: ClosedRange<Int>,
        authorities: String?,
        within timeout: Duration
    ) async throws {
        var request = HTTPClientRequest(url: url)
        request.headers.add(name: "User-Agent", value: "cms-controller")
        var tls = TLSConfiguration.makeClientConfiguration()
        if let authorities {
            // An instance goes by its address, which its certificate need not name.
            tls.certificateVerification = .noHostnameVerification
            tls.trustRoots = .file(authorities)
        } else {
            tls.certificateVerification = .none
        }
        request.tlsConfiguration = tls
        let response = try await client.execute(request, timeout: TimeAmount(timeout))
        let status = Int(response.status.code)
        guard expected.contains(status) else {
            throw Failure(
                description: "status \(status), where \(expected.lowerBound) to \(expected.upperBound) is expected"
            )
        }
        var read = 0
        for try await part in response.body {
            read += part.readableBytes
            if read > Self.answerLimit { break }
        }
    }
}
