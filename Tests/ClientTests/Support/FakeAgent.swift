import Client
import Hummingbird
import NIOCore
import Shared
import Synchronization
import Wire

/// An agent with knobs: how it behaves is up to the test.
final class FakeAgent: Sendable {
    /// How requests are met.
    enum Behaviour: Sendable {
        /// With the right answer.
        case answers
        /// Never.
        case hangs
        /// With a wrong number.
        case lies
        /// With 503, as when draining.
        case drains
        /// With a body that is not JSON.
        case babbles
    }

    private struct State {
        var behaviour: Behaviour
        var asked = 0
    }

    /// The name in answers.
    let name: String
    private let state: Mutex<State>
    /// One value for each request that came in.
    let requests: AsyncStream<Int>
    private let observe: AsyncStream<Int>.Continuation

    init(_ name: String, _ behaviour: Behaviour = .answers) {
        self.name = name
        state = Mutex(State(behaviour: behaviour))
        (requests, observe) = AsyncStream.makeStream()
    }

    /// Changes what happens to requests from now on.
    func behave(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }

    /// The number of requests that came in.
    var asked: Int { state.withLock { $0.asked } }

    /// The endpoint of this agent at a port of loopback.
    func endpoint(port: Int) -> Endpoint {
        Endpoint(id: "id-\(name)", name: name, url: "https://127.0.0.1:\(port)")
    }

    /// The routes.
    var router: Router<BasicRequestContext> {
        let router = Router()
        router.get("/fib/:n") { _, context in
            let n = try context.parameters.require("n", as: Int.self)
            let behaviour = self.state.withLock { state in
                state.asked += 1
                return state.behaviour
            }
            self.observe.yield(n)
            switch behaviour {
            case .answers: return try self.answer(n, Fibonacci.number(n) ?? 0)
            case .lies: return try self.answer(n, 1)
            case .drains: throw Problem(.serviceUnavailable, code: "draining", detail: "the agent is draining")
            case .babbles: return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "hello")))
            case .hangs:
                // Until the server is cancelled.
                for await _ in AsyncStream<Void>.makeStream().stream {}
                throw CancellationError()
            }
        }
        router.get("/page/:status") { _, context in
            let status = try context.parameters.require("status", as: Int.self)
            self.state.withLock { $0.asked += 1 }
            return Response(
                status: .init(code: status),
                body: .init(byteBuffer: ByteBuffer(repeating: 65, count: 30_000))
            )
        }
        return router
    }

    private func answer(_ n: Int, _ result: UInt64) throws -> Response {
        let answer = FibonacciAnswer(input: n, result: result, server: name)
        return Response(status: .ok, body: .init(byteBuffer: try WireCoding.line(answer)))
    }
}
