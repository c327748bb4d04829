import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Wire

extension ServiceClient {
    /// Connections as `settings` want them. Whoever makes them shuts them down.
    public static func makeHTTPClient(_ settings: Settings = Settings()) -> HTTPClient {
        .cms(
            connectTimeout: TimeAmount(settings.connectTimeout),
            readTimeout: TimeAmount(settings.timeout),
            connectionsPerHost: settings.connectionsPerEndpoint,
            deadPeerTimeout: TimeAmount(settings.deadPeerTimeout)
        )
    }

    /// Sends one request to one endpoint; returns when the head of the answer has come.
    static func exchange(
        _ request: some ServiceRequest,
        with endpoint: Endpoint,
        deadline: ContinuousClock.Instant,
        trust: EndpointTrust,
        http: HTTPClient
    ) async throws -> HTTPClientResponse {
        var message = HTTPClientRequest(url: endpoint.url + request.path)
        if endpoint.url.hasPrefix("https://") {
            message.tlsConfiguration = trust.configuration()
        } else if !trust.allowsPlain || !endpoint.url.hasPrefix("http://") {
            let wanted = trust.allowsPlain ? "neither an http nor an https one" : "not an https one"
            throw AttemptFailure(.unreachable, "the endpoint's URL '\(endpoint.url)' is \(wanted)")
        }
        message.headers.add(name: "accept", value: request.accept)
        message.headers.add(name: "user-agent", value: "cms-client/\(CMSVersion.current)")
        let left = max(Duration.zero, ContinuousClock.now.duration(to: deadline))
        do {
            return try await http.execute(message, deadline: .now() + TimeAmount(left))
        } catch {
            throw trust.failure(error)
        }
    }
}
