import AsyncHTTPClient
import Autoscaling
import Foundation
import NIOCore
import NIOHTTP1
import NIOSSL
import Shared
import Wire

/// Asks Prometheus for the value of an expression.
package protocol PrometheusClient: Sendable {
    /// The value now; throws ``QueryFailure``, or `CancellationError` when nobody waits any more.
    func ask(_ query: PrometheusQuery) async throws -> PrometheusAnswer
}

/// The client over HTTP or HTTPS: `GET /api/v1/query`, an answer of bounded size, within the query's time.
package struct HTTPPrometheusClient: PrometheusClient {
    /// The most bytes of an answer: one number with its labels has a fraction of that.
    static let answerLimit = 1 << 20
    private let client: HTTPClient

    /// A client; `client` follows no redirects.
    package init(client: HTTPClient) {
        self.client = client
    }

    /// The value now.
    package func ask(_ query: PrometheusQuery) async throws -> PrometheusAnswer {
        let request = try request(for: query)
        do {
            return try await withDeadline(query.timeout) {
                let response = try await client.execute(request, timeout: TimeAmount(query.timeout))
                let body = try await response.body.collect(upTo: Self.answerLimit)
                return try Self.answer(response.status, body)
            }
        } catch let failure as QueryFailure {
            throw failure
        } catch  where error is CancellationError || Task.isCancelled {
            throw CancellationError()
        } catch is DeadlineExceeded {
            throw Self.late(query)
        } catch is NIOTooManyBytesError {
            throw QueryFailure(
                .oversized,
                "the answer has more than \(ByteText.text(Int64(Self.answerLimit))); aggregate it, with sum() say"
            )
        } catch {
            let failure = NetworkFailure(error)
            if failure?.kind == .timedOut { throw Self.late(query) }
            throw QueryFailure(.unreachable, failure?.description ?? ErrorText.of(error))
        }
    }

    private static func late(_ query: PrometheusQuery) -> QueryFailure {
        QueryFailure(.timeout, "no answer within \(DurationText.text(query.timeout))")
    }

    private static func answer(_ status: HTTPResponseStatus, _ body: ByteBuffer) throws(QueryFailure)
        -> PrometheusAnswer
    {
        switch status.code {
        case 200: return try PrometheusAnswer(body: body)
        // What is wrong with the expression stands in the body, where the server is Prometheus.
        case 400, 422, 503:
            guard let failure = Self.failure(body) else { break }
            throw failure
        case 401, 403:
            throw QueryFailure(.refused, "the server answered \(status.code): it does not let this controller ask")
        default: break
        }
        throw QueryFailure(.refused, "the server answered \(status.code)")
    }

    private static func failure(_ body: ByteBuffer) -> QueryFailure? {
        do {
            _ = try PrometheusAnswer(body: body)
            return nil
        } catch {
            return error.cause == .query ? error : nil
        }
    }

    private func request(for query: PrometheusQuery) throws(QueryFailure) -> HTTPClientRequest {
        let parameters = [
            ("query", query.expression), ("timeout", Self.milliseconds(query.timeout)),
            // Older samples are none, for servers that know the parameter.
            ("lookback_delta", Self.milliseconds(query.maxAge)),
        ]
        let text = parameters.map { "\($0)=\(Self.escaped($1))" }.joined(separator: "&")
        var request = HTTPClientRequest(url: "\(query.url)/api/v1/query?\(text)")
        request.headers.add(name: "accept", value: "application/json")
        request.headers.add(name: "user-agent", value: "cms-controller/\(CMSVersion.current)")
        if let path = query.access.bearerTokenFile {
            request.headers.add(name: "authorization", value: "Bearer \(try AccessFile.secret(path))")
        } else if let username = query.access.username, let path = query.access.passwordFile {
            request.setBasicAuth(username: username, password: try AccessFile.secret(path))
        }
        if query.url.hasPrefix("https:"), let path = query.access.authorityFile {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.trustRoots = .certificates(try AccessFile.certificates(path))
            request.tlsConfiguration = configuration
        }
        return request
    }

    private static func milliseconds(_ duration: Duration) -> String {
        "\(Int64((duration / .milliseconds(1)).rounded(.up)))ms"
    }

    /// A text as the value of a parameter: everything but unreserved characters in percent form.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                escaped.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                escaped += digits.count < 2 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return escaped
    }
}
