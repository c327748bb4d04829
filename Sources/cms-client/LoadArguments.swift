import ArgumentParser
import Client

/// The options that shape the load.
struct LoadArguments: ParsableArguments {
    @Option(help: "The n to ask for, 30...33 or 30; 0 to 93. Default: 15...25 (low), 30...33 (high, ramp's high).")
    var n: FibonacciRange?

    @Option(
        help: ArgumentHelp(
            "Requests under way (in ramp: of the high phase). Default: 5 (low); 24, or 12 an endpoint (high).",
            valueName: "count"
        )
    )
    var concurrency: Int?

    @Option(
        help: ArgumentHelp(
            "Send so many requests a second, whatever the answers do, instead of keeping a number under way.",
            valueName: "per-second"
        )
    )
    var rate: Double?

    @Option(help: "End low or high after this time, such as 500ms, 10s, 2m.")
    var duration: Interval?

    @Option(help: ArgumentHelp("End low or high after so many requests.", valueName: "count"))
    var requests: Int?

    @Option(help: "The longest time for one request, all attempts together.")
    var timeout: Interval = Interval(.seconds(30))

    @Option(help: "The longest time to open a connection.")
    var connectTimeout: Interval = Interval(.seconds(2))

    @Option(help: "ramp: the length of the low phase.")
    var lowDuration: Interval = Interval(.seconds(10))

    @Option(help: "ramp: the pause between low and high.")
    var pause: Interval = Interval(.seconds(5))

    @Option(help: "ramp: how long to go on after a new instance has answered.")
    var tail: Interval = Interval(.seconds(30))

    @Option(help: "ramp: how long to wait for a new instance.")
    var rampTimeout: Interval = Interval(.seconds(300))

    @Option(help: ArgumentHelp("Repeat the same choices of n and endpoint.", valueName: "number"))
    var seed: UInt64?

    /// Refuses what does not go together.
    func check(_ mode: LoadMode) throws {
        if let concurrency, !(1...4096).contains(concurrency) {
            throw ValidationError("--concurrency is \(concurrency); give 1 to 4096.")
        }
        if let rate, !(rate >= 0.001 && rate <= 100_000) {
            throw ValidationError("--rate is \(rate); give 0.001 to 100000 requests a second.")
        }
        if rate != nil, mode == .low { throw ValidationError("--rate needs --mode high or ramp.") }
        if rate != nil, concurrency != nil { throw ValidationError("Give --rate or --concurrency, not both.") }
        if let requests, requests < 1 { throw ValidationError("--requests is \(requests); give at least 1.") }
        if mode == .ramp, duration != nil || requests != nil {
            throw ValidationError(
                "--duration and --requests end low and high; ramp has --low-duration, --tail and --ramp-timeout."
            )
        }
        for (name, value) in [("--timeout", timeout), ("--connect-timeout", connectTimeout)]
        where value.duration < .milliseconds(10) {
            throw ValidationError("\(name) is too short; give at least 10ms.")
        }
    }

    /// The plan that these options make of `mode`.
    func plan(_ mode: LoadMode) -> LoadPlan {
        var plan = LoadPlan(mode: mode)
        if let n {
            if mode == .low { plan.lowRange = n.values } else { plan.highRange = n.values }
        }
        plan.concurrency = concurrency
        plan.rate = rate
        plan.duration = duration?.duration
        plan.requests = requests
        plan.lowDuration = lowDuration.duration
        plan.pause = pause.duration
        plan.tail = tail.duration
        plan.rampTimeout = rampTimeout.duration
        plan.seed = seed
        return plan
    }
}
