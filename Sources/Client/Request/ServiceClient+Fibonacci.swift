import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Wire

extension ServiceClient {
    /// The largest answer read from an endpoint, in bytes.
    static let largestAnswer = 16 * 1024

    /// Connections as `settings` want them. Whoever makes them shuts them down.
    public static func makeHTTPClient(_ settings: Settings = Settings()) -> HTTPClient {
        .cms(
            connectTimeout: TimeAmount(settings.connectTimeout),
            readTimeout: TimeAmount(settings.timeout),
            connectionsPerHost: settings.connectionsPerEndpoint,
            deadPeerTimeout: TimeAmount(settings.deadPeerTimeout)
        )
    }

    /// `GET {url}/fib/{n}`, with the answer checked.
    static func fibonacci(
        _ n: Int,
        from endpoint: Endpoint,
        deadline: ContinuousClock.Instant,
        identity: RotatingIdentity,
        http: HTTPClient
    ) async throws -> FibonacciAnswer {
        guard endpoint.url.hasPrefix("https://") else {
            throw AttemptFailure(.unreachable, "the endpoint's URL '\(endpoint.url)' is not an https one")
        }
        var request = HTTPClientRequest(url: endpoint.url + "/fib/\(n)")
        request.tlsConfiguration = identity.clientConfiguration
        request.headers.add(name: "accept", value: "application/json")
        let left = max(Duration.zero, ContinuousClock.now.duration(to: deadline))
        let response = try await http.execute(request, deadline: .now() + TimeAmount(left))
        let body = try await response.body.collect(upTo: largestAnswer)
        guard response.status == .ok else { throw refusal(response, body) }
        guard let answer = try? WireCoding.decode(FibonacciAnswer.self, from: body) else {
            throw AttemptFailure(.final, "the answer is not the JSON of a Fibonacci number")
        }
        try check(answer, for: n)
        return answer
    }

    /// Throws unless `answer` is the right one for `n`.
    static func check(_ answer: FibonacciAnswer, for n: Int) throws {
        guard answer.input == n else {
            throw AttemptFailure(.final, "wrong answer: asked for n = \(n), answered for n = \(answer.input)")
        }
        guard let right = Fibonacci.number(n) else {
            throw AttemptFailure(.final, "F(\(n)) does not fit into 64 bits, so the answer cannot be checked")
        }
        guard answer.result == right else {
            throw AttemptFailure(.final, "wrong answer: F(\(n)) is \(right), not \(answer.result)")
        }
    }

    private static func refusal(_ response: HTTPClientResponse, _ body: ByteBuffer) -> AttemptFailure {
        let problem = try? WireCoding.decode(Problem.self, from: body)
        let reason = problem?.detail ?? response.status.reasonPhrase
        let text = "\(response.status.code): \(reason)"
        switch response.status.code {
        case 503:
            let seconds = response.headers.first(name: "retry-after").flatMap { Int($0) }
            return AttemptFailure(.busy(retryAfter: seconds.map { .seconds(max(0, min($0, 60))) }), text)
        case 500...599: return AttemptFailure(.serverError, text)
        default: return AttemptFailure(.final, text)
        }
    }
}
