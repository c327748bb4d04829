/// What a run does.
package struct LoadPlan: Sendable {
    /// The shape of the load.
    package var mode: LoadMode
    /// What is asked for instead of Fibonacci numbers, in all phases; `nil` for these.
    package var page: PageRequest?
    /// The n of low phases. The original asked for 15 to 25.
    package var lowRange: ClosedRange<Int> = 15...25
    /// The n of high phases.
    package var highRange: ClosedRange<Int> = 30...33
    /// Requests under way in a low phase.
    package var lowWorkers = 5
    /// The pause of a low worker between two requests: five workers make about five requests a second.
    package var lowPause: ClosedRange<Duration> = .milliseconds(500) ... .milliseconds(1500)
    /// Requests under way in a high phase; `nil` follows the number of endpoints, see ``highWorkers(endpoints:)``.
    package var concurrency: Int?
    /// Requests a second in a high phase, sent on time whatever the answers do; `nil` for workers that wait for theirs.
    package var rate: Double?
    /// The length of a `low` or `high` run; `nil` for no end.
    package var duration: Duration?
    /// The number of requests after which a run ends; `nil` for no end.
    package var requests: Int?
    /// The length of the low phase of `ramp`.
    package var lowDuration: Duration = .seconds(10)
    /// The length of the pause of `ramp`.
    package var pause: Duration = .seconds(5)
    /// How long `ramp` goes on after a new instance has answered.
    package var tail: Duration = .seconds(30)
    /// How long `ramp` waits for a new instance.
    package var rampTimeout: Duration = .seconds(300)
    /// Fixes the sequence of n and of endpoints; `nil` for chance.
    package var seed: UInt64?

    /// A plan with the defaults of `mode`.
    package init(mode: LoadMode) {
        self.mode = mode
    }

    /// The next request of a phase.
    package func request(
        in phase: LoadPhase,
        using generator: inout some RandomNumberGenerator
    ) -> LoadRequest {
        if let page { return .page(page) }
        return .fibonacci(Int.random(in: phase == .low ? lowRange : highRange, using: &generator))
    }

    /// The workers of a high phase with `endpoints` endpoints in service.
    ///
    /// With N requests under way and random choice, one of two equal instances stands idle for about 1/(N+1) of the
    /// time: 24 hold two single-vCPU instances at 96 % and one at 100 %. From the third endpoint on, twelve for each.
    package func highWorkers(endpoints: Int) -> Int {
        concurrency ?? max(24, 12 * min(endpoints, 1000))
    }
}
