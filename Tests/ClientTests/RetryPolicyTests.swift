import Client
import Testing

@Suite struct RetryPolicyTests {
    let start = ContinuousClock.now
    var generator = SeededGenerator(seed: 1)

    func failure(_ kind: AttemptFailure.Kind) -> AttemptFailure { AttemptFailure(kind, "test") }

    @Test(arguments: [AttemptFailure.Kind.unreachable, .broken, .busy(retryAfter: .seconds(1)), .serverError])
    func theFirstFailureGoesToAnotherEndpointAtOnce(kind: AttemptFailure.Kind) {
        var generator = generator
        var policy = RetryPolicy(deadline: start.advanced(by: .seconds(30)))
        let decision = policy.decide(after: failure(kind), hasOther: true, now: start, using: &generator)
        #expect(decision == .retry(after: .zero))
    }

    @Test(arguments: [AttemptFailure.Kind.final, .timedOut])
    func whatNoEndpointWouldDoBetterIsGivenUp(kind: AttemptFailure.Kind) {
        var generator = generator
        var policy = RetryPolicy(deadline: start.advanced(by: .seconds(30)))
        #expect(policy.decide(after: failure(kind), hasOther: true, now: start, using: &generator) == .giveUp)
    }

    @Test mutating func anUnreachableEndpointIsTriedUntilTheDeadlineWithGrowingWaits() {
        let deadline = start.advanced(by: .seconds(30))
        var policy = RetryPolicy(deadline: deadline)
        var now = start
        var waits: [Duration] = []
        while case .retry(let wait) = policy.decide(
            after: failure(.unreachable),
            hasOther: false,
            now: now,
            using: &generator
        ) {
            waits.append(wait)
            now = now.advanced(by: wait)
            guard waits.count < 1000 else { break }
        }
        #expect(waits.first.map { $0 >= .milliseconds(25) && $0 <= .milliseconds(50) } == true)
        #expect(waits.allSatisfy { $0 <= .seconds(1) })
        #expect(now < deadline && now > deadline.advanced(by: .seconds(-1)))
        #expect((30...80).contains(waits.count))
    }

    @Test mutating func aSecondFailureWaitsEvenWhenAnotherIsThere() {
        var policy = RetryPolicy(deadline: start.advanced(by: .seconds(30)))
        _ = policy.decide(after: failure(.unreachable), hasOther: true, now: start, using: &generator)
        let second = policy.decide(after: failure(.unreachable), hasOther: true, now: start, using: &generator)
        guard case .retry(let wait) = second else {
            Issue.record("gave up")
            return
        }
        #expect(wait > .zero)
    }

    @Test mutating func aServerErrorIsTriedAgainOnce() {
        var policy = RetryPolicy(deadline: start.advanced(by: .seconds(30)))
        let first = policy.decide(after: failure(.serverError), hasOther: false, now: start, using: &generator)
        #expect(first != .giveUp)
        #expect(policy.decide(after: failure(.serverError), hasOther: true, now: start, using: &generator) == .giveUp)
    }

    @Test mutating func aRequestThatBreaksConnectionsStopsAfterAFew() {
        var policy = RetryPolicy(deadline: start.advanced(by: .seconds(30)))
        let decisions = (0..<RetryPolicy.brokenLimit).map { _ in
            policy.decide(after: failure(.broken), hasOther: true, now: start, using: &generator)
        }
        #expect(decisions.dropLast().allSatisfy { $0 != .giveUp })
        #expect(decisions.last == .giveUp)
    }

    @Test mutating func aBusyEndpointIsGivenTheTimeItAskedForWithinReason() {
        var policy = RetryPolicy(deadline: start.advanced(by: .seconds(30)))
        let first = policy.decide(
            after: failure(.busy(retryAfter: .seconds(1))),
            hasOther: false,
            now: start,
            using: &generator
        )
        #expect(first == .retry(after: .seconds(1)))
        let second = policy.decide(
            after: failure(.busy(retryAfter: .seconds(3600))),
            hasOther: false,
            now: start,
            using: &generator
        )
        #expect(second == .retry(after: RetryPolicy.longestRetryAfter))
    }

    @Test mutating func nothingIsTriedPastTheDeadline() {
        var policy = RetryPolicy(deadline: start)
        #expect(policy.decide(after: failure(.unreachable), hasOther: true, now: start, using: &generator) == .giveUp)
    }
}
