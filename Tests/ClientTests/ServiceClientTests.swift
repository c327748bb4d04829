import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Client

/// Requests over a pretended transport: what an endpoint does is up to the test.
@Suite(.timeLimit(.minutes(1))) struct ServiceClientTests {
    /// How a pretended endpoint meets a request.
    enum Behaviour: Sendable {
        case answers
        case lies
        case fails(AttemptFailure.Kind)
        case hangs
    }

    /// Endpoints that do as told, each request in turn; the last behaviour goes on.
    final class Network: Sendable {
        private let scripts: Mutex<[String: [Behaviour]]>
        private let calls = Mutex<[String]>([])

        init(_ scripts: [String: [Behaviour]]) {
            self.scripts = Mutex(scripts)
        }

        /// The names of the endpoints asked, in order.
        var asked: [String] { calls.withLock { $0 } }

        func exchange(_ path: String, _ endpoint: Endpoint) async throws -> HTTPClientResponse {
            let n = Int(path.drop { !$0.isNumber }) ?? -1
            calls.withLock { $0.append(endpoint.name) }
            let behaviour: Behaviour = scripts.withLock { scripts in
                guard let script = scripts[endpoint.name], let next = script.first else { return .answers }
                if script.count > 1 { scripts[endpoint.name]?.removeFirst() }
                return next
            }
            switch behaviour {
            case .answers: return try Self.answer(n, Fibonacci.number(n) ?? 0, endpoint)
            case .lies: return try Self.answer(n, 1, endpoint)
            case .fails(let kind): throw AttemptFailure(kind, "pretended")
            case .hangs:
                try await Task.sleep(for: .seconds(3600))
                throw CancellationError()
            }
        }

        private static func answer(_ n: Int, _ result: UInt64, _ endpoint: Endpoint) throws -> HTTPClientResponse {
            let answer = FibonacciAnswer(input: n, result: result, server: endpoint.name)
            return HTTPClientResponse(status: .ok, body: .bytes(try WireCoding.line(answer)))
        }
    }

    let vm1 = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let vm2 = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    func pool(_ endpoints: [Endpoint]) -> EndpointPool {
        // A seed with which vm1 is chosen first, as the tests' stories go.
        let pool = EndpointPool(policy: .random, seed: seedChoosing("vm1", among: endpoints))
        pool.update(EndpointSet(revision: 1, endpoints: endpoints))
        return pool
    }

    private func seedChoosing(_ name: String, among endpoints: [Endpoint]) -> UInt64 {
        (0...1000).first { seed in
            var balancer = Balancer()
            balancer.update(endpoints)
            var generator = SeededGenerator(seed: seed)
            return balancer.pick(now: .now, using: &generator)?.endpoint.name == name
        } ?? 0
    }

    func client(
        _ network: Network,
        _ pool: EndpointPool,
        timeout: Duration = .seconds(30),
        silence: Duration = .seconds(3600)
    ) -> ServiceClient {
        var settings = ServiceClient.Settings()
        settings.timeout = timeout
        settings.silence = silence
        settings.silenceAfterLeaving = .milliseconds(20)
        settings.silenceCheck = .milliseconds(5)
        return ServiceClient(pool: pool, settings: settings) { request, endpoint, _ in
            try await network.exchange(request.path, endpoint)
        }
    }

    @Test(arguments: [AttemptFailure.Kind.unreachable, .broken, .busy(retryAfter: nil), .serverError])
    func aFailureOfOneEndpointIsMadeGoodByAnother(kind: AttemptFailure.Kind) async throws {
        let network = Network(["vm1": [.fails(kind)]])
        let served = try await client(network, pool([vm1, vm2])).get(20)
        #expect(served.value == FibonacciAnswer(input: 20, result: 6765, server: "vm2"))
        #expect(served.endpoint == vm2)
        #expect(served.attempts == 2)
        #expect(network.asked == ["vm1", "vm2"])
    }

    @Test func theOnlyEndpointIsTriedUntilItIsBack() async throws {
        let network = Network(["vm1": [.fails(.broken), .fails(.unreachable), .fails(.unreachable), .answers]])
        let served = try await client(network, pool([vm1])).get(20)
        #expect(served.attempts == 4)
    }

    @Test func aWrongAnswerIsAFailureAtOnce() async throws {
        let network = Network(["vm1": [.lies]])
        let client = client(network, pool([vm1, vm2]))
        let failure = await #expect(throws: RequestFailure.self) { try await client.get(20) }
        #expect(failure?.endpoint == vm1)
        #expect(failure?.attempts == 1)
        #expect(network.asked == ["vm1"])
    }

    @Test func aDeadlineEndsARequestThatHangs() async throws {
        let network = Network(["vm1": [.hangs]])
        let client = client(network, pool([vm1]), timeout: .milliseconds(50))
        let failure = await #expect(throws: RequestFailure.self) { try await client.get(20) }
        #expect(failure?.last?.kind == .timedOut)
    }

    @Test func withoutAnyEndpointARequestWaitsForOne() async throws {
        let network = Network([:])
        let pool = EndpointPool()
        let client = client(network, pool)
        async let served = client.get(20)
        await Task.yield()
        pool.update(EndpointSet(revision: 1, endpoints: [vm2]))
        #expect(try await served.endpoint == vm2)
    }

    @Test func withoutAnyEndpointUntilTheDeadlineARequestFails() async throws {
        let client = client(Network([:]), EndpointPool(), timeout: .milliseconds(30))
        let failure = await #expect(throws: RequestFailure.self) { try await client.get(20) }
        #expect(failure == RequestFailure(last: nil, endpoint: nil, attempts: 0))
    }

    @Test func anEndpointThatLeftAndKeepsSilentIsReplaced() async throws {
        let network = Network(["vm1": [.hangs]])
        let pool = pool([vm1, vm2])
        let client = client(network, pool)
        async let served = client.get(20)
        try await wait(until: { !network.asked.isEmpty })
        pool.update(EndpointSet(revision: 2, endpoints: [vm2]))
        let answer = try await served
        #expect(answer.endpoint == vm2)
        #expect(answer.attempts == 2)
        #expect(pool.outstanding("1") == 0)
    }

    @Test func anEndpointInServiceThatKeepsSilentIsReplacedAndSetAside() async throws {
        let network = Network(["vm1": [.hangs]])
        let pool = pool([vm1, vm2])
        let answer = try await client(network, pool, silence: .milliseconds(30)).get(20)
        #expect(answer.endpoint == vm2)
        #expect(pool.isEjected("1"))
        #expect(!pool.isEjected("2"))
    }

    @Test func aDeadEndpointDoesNotEatRequests() async throws {
        let network = Network(["vm1": [.fails(.unreachable)]])
        let client = client(network, pool([vm1, vm2]))
        for _ in 0..<20 { #expect(try await client.get(20).endpoint == vm2) }
        #expect(network.asked.filter { $0 == "vm1" }.count == 1)
    }

    @Test func cancellationIsNoFailure() async throws {
        let network = Network(["vm1": [.hangs]])
        let pool = pool([vm1])
        let client = client(network, pool)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await client.get(20) }
            }
            try await wait(until: { !network.asked.isEmpty })
            group.cancelAll()
        }
        #expect(pool.outstanding("1") == 0)
        #expect(!pool.isEjected("1"))
    }

    @Test(arguments: [AttemptFailure.Kind.unreachable, .broken, .busy(retryAfter: nil), .serverError])
    func aPathIsAskedOfAnotherEndpointWhenOneFails(kind: AttemptFailure.Kind) async throws {
        let network = Network(["vm1": [.fails(kind)]])
        let page = try #require(PageRequest(path: "/work/20"))
        let served = try await client(network, pool([vm1, vm2])).answer(to: .page(page))
        #expect(served.value.server == "vm2")
        guard case .page(let answer) = served.value.content else {
            Issue.record("\(served.value.content)")
            return
        }
        #expect(answer.status == 200)
        #expect(answer.bytes > 20)
        #expect(network.asked == ["vm1", "vm2"])
    }

    @Test func anyOperationCanUseTheEndpoints() async throws {
        let client = client(Network([:]), pool([vm1, vm2]))
        let tries = Mutex<[String]>([])
        let value = try await client.withEndpoint { endpoint in
            let count = tries.withLock { tries in
                tries.append(endpoint.name)
                return tries.count
            }
            if count == 1 { throw ChannelError.connectTimeout(.seconds(1)) }
            return "\(endpoint.name) served"
        }
        #expect(value == "vm2 served")
        struct Own: Error {}
        let failure = await #expect(throws: RequestFailure.self) {
            try await client.withEndpoint { _ in throw Own() }
        }
        #expect(failure?.last?.kind == .final)
    }

    @Test func answersAreChecked() throws {
        let right = FibonacciAnswer(input: 20, result: 6765, server: "vm1")
        try FibonacciRequest(n: 20).check(right)
        #expect(throws: AttemptFailure.self) { try FibonacciRequest(n: 21).check(right) }
        var wrong = right
        wrong.result = 6764
        #expect(throws: AttemptFailure.self) { try FibonacciRequest(n: 20).check(wrong) }
    }
}
