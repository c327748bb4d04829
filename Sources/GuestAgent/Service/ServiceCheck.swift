import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Proxy
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One look at a service in this guest.
struct ServiceCheck: Sendable {
    /// The service answered, but not that it is well.
    struct Unwell: Error, CustomStringConvertible {
        let description: String
    }

    let client: HTTPClient
    let loops: any EventLoopGroup
    let timeout: Duration

    /// Asks for a page: any status from 200 to 399 is well.
    func get(_ url: String, shown: String) async throws {
        let response = try await client.execute(Self.request(url), deadline: .now() + TimeAmount(timeout))
        // What a sick service has to say is of no use here.
        guard (200...399).contains(response.status.code) else {
            throw Unwell(description: "\(shown) answered \(response.status.code)")
        }
    }

    /// A GET of a page of a service in this guest.
    static func request(_ url: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: url)
        // The HTTP client names no host for a Unix socket, and HTTP/1.1 wants one.
        if url.hasPrefix("http+unix:") { request.headers.add(name: "host", value: "localhost") }
        if isLoopback(url) { request.tlsConfiguration = unchecked }
        return request
    }

    /// A certificate is for the name by which clients ask, and nobody stands between a guest and itself.
    private static let unchecked: TLSConfiguration = {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        return configuration
    }()

    private static func isLoopback(_ url: String) -> Bool {
        guard let host = URL(string: url)?.host?.filter({ $0 != "[" && $0 != "]" }) else { return false }
        return HostPort(host: host, port: 0).isLoopback
    }

    /// Opens a connection, and closes it.
    func connect(_ address: UpstreamAddress) async throws {
        let bootstrap = ClientBootstrap(group: loops).connectTimeout(TimeAmount(timeout))
        let channel =
            switch address {
            case .tcp(let address): try await bootstrap.connect(host: address.host, port: address.port).get()
            case .unix(let path): try await bootstrap.connect(unixDomainSocketPath: path).get()
            }
        try? await channel.close()
    }

    /// The URL of a path of a service, as the HTTP client writes Unix sockets.
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
