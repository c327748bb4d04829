import AsyncHTTPClient
import NIOCore
import NIOPosix

extension HTTPClient {
    /// A client for the programs of this package: HTTP/1.1, no redirects, no decompression, bounded waits.
    ///
    /// - Parameters:
    ///   - connectTimeout: The longest wait for TCP and TLS together.
    ///   - readTimeout: The longest silence while an answer is awaited or streamed.
    ///   - connectionsPerHost: The most connections to one host at a time.
    ///   - group: The event loops to run on.
    public static func cms(
        connectTimeout: TimeAmount = .seconds(3),
        readTimeout: TimeAmount = .seconds(Int64(WireLimits.silenceSeconds)),
        connectionsPerHost: Int = 8,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) -> HTTPClient {
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: connectTimeout, read: readTimeout),
            decompression: .disabled
        )
        configuration.httpVersion = .http1Only
        configuration.networkFrameworkWaitForConnectivity = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = connectionsPerHost
        // Who asks decides how often: every caller has its own back-off.
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .shared(group), configuration: configuration)
    }
}
