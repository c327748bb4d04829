import Shared
import Testing
import Wire

@Suite("Which controller is asked next")
struct ControllerRotationTests {
    private let a = HostPort(host: "a", port: 7000)
    private let b = HostPort(host: "b", port: 7000)
    private let c = HostPort(host: "c", port: 7000)
    private let start = ContinuousClock.now
    private let backoff = Backoff(base: .milliseconds(100), maximum: .seconds(5))

    private func three() throws -> ControllerList { try #require(ControllerList([a, b, c])) }

    @Test("with one controller there is a growing wait after each failure")
    func single() {
        let known = ControllerList(a)
        let rotation = Asking(known, backoff: backoff)
        var bound = Duration.milliseconds(100)
        for _ in 0..<10 {
            let step = rotation.next(after: .broken, among: known, at: start)
            #expect(step.controller == a && step.isRoundOver)
            #expect(step.wait >= bound / 2 && step.wait <= bound)
            #expect(!rotation.isHasty(among: known))
            bound = min(bound * 2, .seconds(5))
        }
        rotation.connected(at: start)
        #expect(rotation.next(after: .broken, among: known, at: start).wait <= .milliseconds(100))
    }

    @Test("one that fails is followed by the next at once, and by a wait when all have failed")
    func round() throws {
        let known = try three()
        let rotation = Asking(known, backoff: backoff)
        #expect(rotation.isHasty(among: known))
        for expected in [b, c] {
            let step = rotation.next(after: .broken, among: known, at: start)
            #expect(step == .init(controller: expected, wait: .zero))
        }
        let step = rotation.next(after: .broken, among: known, at: start)
        #expect(step.controller == a && step.isRoundOver && step.wait >= .milliseconds(50))
        #expect(!rotation.isHasty(among: known), "the second round has patience")
        for _ in 0..<3 { _ = rotation.next(after: .broken, among: known, at: start) }
        #expect(rotation.isHasty(among: known))
    }

    @Test("the owner that is named is asked at once")
    func owner() throws {
        let known = try three()
        let rotation = Asking(known, backoff: backoff)
        #expect(rotation.next(after: .elsewhere(c), among: known, at: start) == .init(controller: c, wait: .zero))
        #expect(rotation.current == c)
        // Without a name of use it is asked around.
        let step = rotation.next(after: .elsewhere(c), among: known, at: start)
        #expect(step.controller == a && step.wait >= .milliseconds(100) && step.wait <= .milliseconds(250))
    }

    @Test("two that name each other are asked four times, and then not without a wait")
    func contradiction() throws {
        let known = try three()
        let rotation = Asking(known, backoff: backoff)
        var waits: [Duration] = []
        for _ in 0..<40 {
            let other = rotation.current == a ? b : a
            // Each takes the session before it takes it back.
            rotation.connected(at: start)
            waits.append(rotation.next(after: .elsewhere(other), among: known, at: start + .milliseconds(5)).wait)
        }
        #expect(waits.count { $0 == .zero } == 30)
        for index in stride(from: 3, to: 40, by: 4) { #expect(waits[index] >= .milliseconds(50)) }
    }

    @Test("a dead owner that others go on naming is asked again only after a while")
    func deadOwner() throws {
        let known = try three()
        let rotation = Asking(known, backoff: backoff)
        // a is the owner, and dies; b and c know nothing of that yet.
        var now = start
        #expect(rotation.next(after: .broken, among: known, at: now).controller == b)
        var asked: [HostPort] = []
        while now < start + .milliseconds(1900) {
            let step = rotation.next(after: .elsewhere(a), among: known, at: now)
            #expect(step.wait >= .milliseconds(100) && step.wait <= .milliseconds(250))
            asked.append(step.controller)
            now += step.wait
        }
        #expect(Set(asked) == [b, c])
        let step = rotation.next(after: .elsewhere(a), among: known, at: start + .milliseconds(2300))
        #expect(step == .init(controller: a, wait: .zero))
        // c becomes the owner meanwhile.
        #expect(rotation.next(after: .broken, among: known, at: start + .milliseconds(2400)).controller == b)
        let end = rotation.next(after: .elsewhere(c), among: known, at: start + .milliseconds(2500))
        #expect(end == .init(controller: c, wait: .zero))
    }

    @Test("while a group has no owner the next one is asked shortly, and less often in the long run")
    func unowned() throws {
        let known = try three()
        let rotation = Asking(known, backoff: backoff)
        var asked: [HostPort] = []
        for _ in 0..<ControllerRotation.unownedCount {
            let step = rotation.next(after: .unowned, among: known, at: start)
            #expect(step.wait >= .milliseconds(100) && step.wait <= .milliseconds(250))
            asked.append(step.controller)
        }
        #expect(Array(asked.prefix(4)) == [b, c, a, b])
        for _ in 0..<8 { _ = rotation.next(after: .unowned, among: known, at: start) }
        #expect(rotation.next(after: .unowned, among: known, at: start).wait >= .milliseconds(2500))
    }

    @Test("a session that ends at once is no success, and one that lasted is")
    func shortSessions() throws {
        let known = try three()
        let rotation = Asking(known, backoff: backoff)
        var waits = 0
        for _ in 0..<30 {
            rotation.connected(at: start)
            if rotation.next(after: .broken, among: known, at: start + .milliseconds(1)).wait > .zero { waits += 1 }
        }
        #expect(waits == 10, "one in each round of three")
        for _ in 0..<30 {
            rotation.connected(at: start)
            #expect(rotation.next(after: .broken, among: known, at: start + .seconds(2)).wait == .zero)
        }
    }

    @Test("controllers that come and go are no trouble")
    func changing() throws {
        var known = ControllerList(a)
        let rotation = Asking(known, backoff: backoff)
        _ = known.learn(["b:7000", "c:7000"])
        #expect(rotation.next(after: .broken, among: known, at: start).controller == b)
        _ = known.learn(["c:7000"])
        #expect(rotation.next(after: .broken, among: known, at: start).controller == c)
        #expect(rotation.next(after: .broken, among: known, at: start).isRoundOver)
    }

    @Test("whatever controllers answer, there is a wait within a few steps", arguments: 1...200 as ClosedRange<UInt64>)
    func bounded(seed: UInt64) throws {
        var random = Random(state: seed)
        let hosts = [a, b, c, HostPort(host: "d", port: 7000)].prefix(Int.random(in: 1...4, using: &random))
        let known = try #require(ControllerList(Array(hosts)))
        var rotation = ControllerRotation(known, backoff: backoff)
        var now = start
        var inARow = 0
        for _ in 0..<400 {
            if Bool.random(using: &random) { rotation.connected(at: now) }
            now += .milliseconds(Int64.random(in: 0...20, using: &random))
            let failure: ControllerRotation.Failure =
                switch Int.random(in: 0..<4, using: &random) {
                case 0: .broken
                case 1: .unowned
                default: .elsewhere(hosts.randomElement(using: &random))
                }
            let step = rotation.next(after: failure, among: known, at: now, using: &random)
            #expect(known.all.contains(step.controller) && step.wait <= .seconds(5))
            inARow = step.wait == .zero ? inARow + 1 : 0
            #expect(inARow < hosts.count + 2 * ControllerRotation.longestChain)
            now += step.wait
        }
    }

    /// A rotation that can be asked within an expectation.
    private final class Asking {
        private var rotation: ControllerRotation

        init(_ known: ControllerList, backoff: Backoff) {
            rotation = ControllerRotation(known, backoff: backoff)
        }

        var current: HostPort { rotation.current }

        func isHasty(among known: ControllerList) -> Bool { rotation.isHasty(among: known) }

        func connected(at now: ContinuousClock.Instant) { rotation.connected(at: now) }

        func next(
            after failure: ControllerRotation.Failure,
            among known: ControllerList,
            at now: ContinuousClock.Instant
        ) -> ControllerRotation.Step {
            rotation.next(after: failure, among: known, at: now)
        }
    }

    /// SplitMix64.
    private struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
