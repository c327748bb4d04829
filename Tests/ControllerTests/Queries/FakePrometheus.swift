import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTLS
import NIOCore
import NIOSSL
import Shared
import Synchronization
import TestSupport

@testable import Autoscaling

/// A Prometheus server on loopback that answers as it is told.
final class FakePrometheus: Sendable {
    /// How it answers a question.
    enum Answer: Sendable {
        /// A body with a status.
        case body(String, status: Int = 200)
        /// Nothing at all.
        case silence
        /// Bytes without end.
        case flood
        /// A redirect to another place.
        case elsewhere

        /// A vector of one element with this value, of now.
        static func value(_ text: String, at date: Date = Date()) -> Answer {
            .body(Self.vector([text], at: date))
        }

        static func vector(_ values: [String], at date: Date = Date()) -> String {
            let elements = values.map {
                #"{"metric":{"job":"a"},"value":[\#(date.timeIntervalSince1970),"\#($0)"]}"#
            }
            return
                #"{"status":"success","data":{"resultType":"vector","result":[\#(elements.joined(separator: ","))]}}"#
        }
    }

    /// What it was asked.
    struct Question: Sendable {
        var path: String
        var query: String?
        var parameters: [String: String]
        var authorization: String?
    }

    private struct State {
        var answer: Answer
        var questions: [Question] = []
    }

    private let state: Mutex<State>

    init(_ answer: Answer) { state = Mutex(State(answer: answer)) }

    var answer: Answer {
        get { state.withLock { $0.answer } }
        set { state.withLock { $0.answer = newValue } }
    }

    var questions: [Question] { state.withLock { $0.questions } }

    /// Serves while `body` runs, which gets its URL.
    func run<Result: Sendable>(
        port: Int = 0,
        tls: TLSConfiguration? = nil,
        _ body: @Sendable (String) async throws -> Result
    ) async throws -> Result {
        let router = Router()
        router.get("**") { [self] request, _ in try await respond(request) }
        let running = AsyncStream.makeStream(of: Int.self)
        let application = Application(
            router: router,
            server: try tls.map { try .tls(.http1(), tlsConfiguration: $0) } ?? .http1(),
            configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port)),
            onServerRunning: { channel in running.continuation.yield(channel.localAddress?.port ?? 0) },
            logger: .quiet
        )
        return try await withBackground { background in
            background.start { try await application.run() }
            for await port in running.stream {
                return try await body("\(tls == nil ? "http" : "https")://127.0.0.1:\(port)")
            }
            throw NeverHappened(description: "it serves")
        }
    }

    private func respond(_ request: Request) async throws -> Response {
        let parameters = request.uri.queryParameters
        let answer = state.withLock { state in
            state.questions.append(
                Question(
                    path: request.uri.path,
                    query: parameters["query"].map(String.init),
                    parameters: Dictionary(parameters.map { (String($0.key), String($0.value)) }) { $1 },
                    authorization: request.headers[.authorization]
                )
            )
            return state.answer
        }
        switch answer {
        case .body(let text, let status):
            return Response(status: .init(code: status), body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        case .silence:
            try await Task.sleep(for: .seconds(30))
            return Response(status: .ok)
        case .elsewhere:
            return Response(status: .found, headers: [.location: "http://127.0.0.1:1/"])
        case .flood:
            let block = ByteBuffer(repeating: UInt8(ascii: " "), count: 1 << 20)
            return Response(
                status: .ok,
                body: ResponseBody { writer in
                    for _ in 0..<100 { try await writer.write(block) }
                    try await writer.finish(nil)
                }
            )
        }
    }
}

extension PrometheusQuery {
    /// A query of these tests.
    static func sample(
        _ url: String,
        _ expression: String = "sum(queue)",
        timeout: Duration = .seconds(10),
        maxAge: Duration = .seconds(120),
        access: Access = Access()
    ) -> PrometheusQuery {
        PrometheusQuery(
            url: url,
            expression: expression,
            interval: .seconds(1),
            timeout: timeout,
            maxAge: maxAge,
            access: access
        )
    }
}
