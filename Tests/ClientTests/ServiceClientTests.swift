import NIOCore
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

        func fetch(_ n: Int, _ endpoint: Endpoint) async throws -> FibonacciAnswer {
            calls.withLock { $0.append(endpoint.name) }
            let behaviour: Behaviour = scripts.withLock { scripts in
                guard let script = scripts[endpoint.name], let next = script.first else { return .answers }
                if script.count > 1 { scripts[endpoint.name]?.removeFirst() }
                return next
            }
            switch behaviour {
            case .answers: return FibonacciAnswer(input: n, result: Fibonacci.number(n) ?? 0, server: endpoint.name)
            case .lies: throw AttemptFailure(.final, "wrong answer")
            case .fails(let kind): throw AttemptFailure(kind, "pretended")
            case .hangs:
                try await Task.sleep(for: .seconds(3600))
                throw CancellationError()
            }
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
        return ServiceClient(pool: pool, settings: settings) { n, endpoint, _ in
            try await network.fetch(n, endpoint)
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
        try ServiceClient.check(right, for: 20)
        #expect(throws: AttemptFailure.self) { try ServiceClient.check(right, for: 21) }
        var wrong = right
        wrong.result = 6764
        #expect(throws: AttemptFailure.self) { try ServiceClient.check(wrong, for: 20) }
    }
}
