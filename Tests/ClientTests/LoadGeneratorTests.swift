import Synchronization
import TestSupport
import Testing
import Wire

@testable import Client

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The generator with pretended requests.
@Suite(.timeLimit(.minutes(1))) struct LoadGeneratorTests {
    /// Pretended endpoints, and what was asked of them.
    final class World: Sendable {
        private struct State {
            var underWay = 0
            var mostUnderWay = 0
            var asked: [Int] = []
            var events: [RunEvent] = []
            var endpoints: Set<String> = ["1"]
        }

        private let state = Mutex(State())
        var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }
        var asked: [Int] { state.withLock { $0.asked } }
        var events: [RunEvent] { state.withLock { $0.events } }
        var endpoints: Set<String> { state.withLock { $0.endpoints } }
        var phases: [LoadPhase] {
            events.compactMap { event in
                if case .phase(let phase) = event { phase.phase } else { nil }
            }
        }

        func record(_ event: RunEvent) { state.withLock { $0.events.append(event) } }
        func add(_ endpoint: String) { state.withLock { _ = $0.endpoints.insert(endpoint) } }

        func fetch(_ request: LoadRequest, from id: String = "1", _ wait: Duration = .milliseconds(1)) async throws
            -> Served<LoadAnswer>
        {
            state.withLock {
                $0.asked.append(request.n ?? -1)
                $0.underWay += 1
                $0.mostUnderWay = max($0.mostUnderWay, $0.underWay)
            }
            defer { state.withLock { $0.underWay -= 1 } }
            try await Task.sleep(for: wait)
            let content: LoadAnswer.Content =
                request.n.map { .number(Fibonacci.number($0) ?? 0) }
                ?? .page(PageRequest.Answer(status: 204, bytes: 12))
            return Served(
                value: LoadAnswer(server: "vm\(id)", content: content),
                endpoint: Endpoint(id: id, name: "vm\(id)", url: "https://vm\(id)"),
                attempts: 1
            )
        }
    }

    func generator(
        _ plan: LoadPlan,
        _ world: World,
        stop: StopSignal = StopSignal(),
        fetch: (@Sendable (LoadRequest) async throws -> Served<LoadAnswer>)? = nil
    ) -> LoadGenerator {
        LoadGenerator(
            plan: plan,
            stop: stop,
            endpoints: { world.endpoints },
            fetch: fetch ?? { try await world.fetch($0) },
            report: world.record
        )
    }

    @Test func asksExactlyAsOftenAsWanted() async {
        var plan = LoadPlan(mode: .high)
        plan.requests = 50
        plan.concurrency = 4
        let world = World()
        #expect(await generator(plan, world).run() == .finished)
        #expect(world.asked.count == 50)
        #expect(world.asked.allSatisfy { (30...33).contains($0) })
        #expect(world.mostUnderWay <= 4)
        #expect(world.events.count == 51, "a phase and one answer each")
        #expect(world.phases == [.high])
    }

    @Test(arguments: [LoadMode.low, .high], [nil, 500.0])
    func asksForThePathOfItsPlan(mode: LoadMode, rate: Double?) async throws {
        var plan = LoadPlan(mode: mode)
        plan.page = PageRequest(path: "/a?b=c")
        plan.requests = 6
        plan.lowPause = .milliseconds(1) ... .milliseconds(2)
        if mode == .high { plan.rate = rate }
        let world = World()
        let count = Mutex(0)
        _ = await generator(plan, world) { request in
            let number = count.withLock { count in
                count += 1
                return count
            }
            guard number <= 5 else {
                throw RequestFailure(last: AttemptFailure(.serverError, "500"), endpoint: nil, attempts: 1)
            }
            return try await world.fetch(request)
        }.run()
        let answers = world.events.compactMap { event in
            if case .answer(let answer) = event { answer } else { nil }
        }
        #expect(answers.count == 5)
        #expect(answers.allSatisfy { $0.path == "/a?b=c" && $0.status == 204 && $0.bytes == 12 })
        #expect(answers.allSatisfy { $0.n == nil && $0.result == nil && $0.server == "vm1" })
        let failures = world.events.compactMap { event in
            if case .failure(let failure) = event { failure } else { nil }
        }
        #expect(failures.count == 1 && failures.allSatisfy { $0.path == "/a?b=c" && $0.n == nil })
    }

    @Test func keepsTheWantedNumberUnderWay() async {
        var plan = LoadPlan(mode: .high)
        plan.concurrency = 8
        let world = World()
        let stop = StopSignal()
        // Requests that take as long as the run: all workers are to be seen at once.
        let end = await generator(plan, world, stop: stop) { n in
            if world.mostUnderWay == 8 { stop.request() }
            return try await world.fetch(n, .milliseconds(700))
        }.run()
        #expect(end == .finished)
        #expect(world.mostUnderWay == 8)
    }

    @Test func aWishToStopCancelsWhatDoesNotEndAndCountsItNotAsFailed() async {
        var plan = LoadPlan(mode: .high)
        plan.concurrency = 3
        let world = World()
        let stop = StopSignal()
        let began = ContinuousClock.now
        _ = await generator(plan, world, stop: stop) { n in
            stop.request()
            return try await world.fetch(n, .seconds(3600))
        }.run()
        #expect(began.duration(to: .now) < .seconds(5))
        #expect(world.events.count == 1, "only the phase")
    }

    @Test(arguments: [nil, 100.0])
    func cancellationEndsTheRun(rate: Double?) async throws {
        var plan = LoadPlan(mode: .high)
        plan.rate = rate
        let world = World()
        let generator = generator(plan, world)
        let end = try await withThrowingTaskGroup(of: LoadGenerator.End.self) { group in
            group.addTask { await generator.run() }
            try await wait(until: { world.asked.count >= 5 })
            group.cancelAll()
            return try await group.next()
        }
        #expect(end == .finished)
        #expect(world.events.allSatisfy { if case .failure = $0 { false } else { true } })
    }

    @Test func failuresAreReportedAndTheLoadGoesOn() async {
        var plan = LoadPlan(mode: .high)
        plan.requests = 5
        plan.concurrency = 1
        let world = World()
        let endpoint = Endpoint(id: "1", name: "vm1", url: "https://vm1")
        _ = await generator(plan, world) { _ in
            throw RequestFailure(last: AttemptFailure(.final, "wrong"), endpoint: endpoint, attempts: 2)
        }.run()
        let failures = world.events.compactMap { event in
            if case .failure(let failure) = event { failure } else { nil }
        }
        #expect(failures.count == 5)
        #expect(failures.allSatisfy { $0.server == "vm1" && $0.attempts == 2 && $0.error == "wrong (2 attempts)" })
    }

    @Test func aRampEndsAfterTheAnswerOfANewInstance() async {
        var plan = LoadPlan(mode: .ramp)
        plan.lowDuration = .milliseconds(100)
        plan.pause = .milliseconds(100)
        plan.tail = .milliseconds(100)
        plan.lowPause = .milliseconds(1) ... .milliseconds(2)
        let world = World()
        let end = await generator(plan, world) { n in
            // Twenty large requests bring the second instance up.
            guard world.asked.filter({ $0 >= 30 }).count >= 20 else { return try await world.fetch(n) }
            world.add("2")
            return try await world.fetch(n, from: "2")
        }.run()
        #expect(end == .finished)
        #expect(world.phases == [.low, .pause, .high, .tail])
        #expect(world.asked.first.map { (15...25).contains($0) } == true)
    }

    @Test func aRampWithoutANewInstanceGivesUp() async {
        var plan = LoadPlan(mode: .ramp)
        plan.lowDuration = .zero
        plan.pause = .zero
        plan.rampTimeout = .milliseconds(200)
        plan.concurrency = 2
        let world = World()
        #expect(await generator(plan, world).run() == .gaveUp)
        #expect(world.phases == [.low, .pause, .high])
    }

    @Test func aRateIsKeptWhateverTheAnswersDo() async {
        var plan = LoadPlan(mode: .high)
        plan.rate = 200
        plan.requests = 40
        let world = World()
        let began = ContinuousClock.now
        _ = await generator(plan, world) { try await world.fetch($0, .milliseconds(300)) }.run()
        let elapsed = began.duration(to: .now)
        #expect(world.asked.count == 40)
        // One at a time would take 12 s; forty at 200 a second take 0.2 s and the last answer 0.3 s more.
        #expect(world.mostUnderWay > 20)
        #expect(elapsed >= .milliseconds(195 + 300))
    }

    @Test func theSameSeedAsksForTheSameNumbers() async {
        var plan = LoadPlan(mode: .high)
        plan.requests = 20
        plan.concurrency = 1
        plan.seed = 42
        let (one, two) = (World(), World())
        _ = await generator(plan, one).run()
        _ = await generator(plan, two).run()
        #expect(one.asked == two.asked)
    }
}
