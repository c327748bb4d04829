import Shared

/// The counters of one moment.
///
/// A counter that could not be read is `nil`.
struct LoadSample: Sendable, Equatable {
    /// When they were read.
    var at: ContinuousClock.Instant
    /// The CPU times of all vCPUs.
    var cpu: CPUTimes?
    /// PSI `some` of the CPU, in microseconds since the boot.
    var pressure: UInt64?
    /// Requests answered since the start; `nil` when they are not counted.
    var answered: UInt64?

    /// The load between `earlier` and this sample.
    func load(since earlier: LoadSample) -> Load {
        var load = Load()
        if let cpu, let before = earlier.cpu, cpu.total > before.total, cpu.busy >= before.busy,
            cpu.steal >= before.steal
        {
            let total = Double(cpu.total - before.total)
            load.busy = min(100, Double(cpu.busy - before.busy) / total * 100)
            load.steal = min(100, Double(cpu.steal - before.steal) / total * 100)
        }
        let seconds = (at - earlier.at).seconds
        guard seconds > 0 else { return load }
        if let pressure, let before = earlier.pressure, pressure >= before {
            load.pressure = min(100, Double(pressure - before) / (seconds * 1e6) * 100)
        }
        if let answered, let before = earlier.answered, answered >= before {
            load.requestsPerSecond = Double(answered - before) / seconds
        }
        return load
    }
}

/// The load over a stretch of time.
struct Load: Sendable, Equatable {
    /// Busy share of the vCPUs' time, 0...100 percent.
    var busy: Double?
    /// Stolen share of the vCPUs' time, 0...100 percent.
    var steal: Double?
    /// Share of the time in which a task waited for a CPU, 0...100 percent.
    var pressure: Double?
    /// Requests answered in a second.
    var requestsPerSecond: Double?
}

/// The samples that the next load is computed from.
///
/// A tick of /proc/stat is 10 ms, so a load over less than 300 ms would be mostly rounding: the stretch begins at the
/// last report, or 300 ms ago if that was longer ago.
struct LoadHistory: Sendable {
    private static let shortest = Duration.milliseconds(300)
    /// Samples are a tenth of a second apart, so that this many reach back far enough.
    private static let capacity = 8

    private var recent: [LoadSample] = []
    private var reported: LoadSample?

    /// Adds a sample.
    mutating func add(_ sample: LoadSample) {
        recent.append(sample)
        if recent.count > Self.capacity { recent.removeFirst() }
    }

    /// The load until the newest sample; `nil` before the second one.
    var load: Load? {
        guard let newest = recent.last else { return nil }
        let limit = newest.at - Self.shortest
        if let reported, reported.at <= limit { return newest.load(since: reported) }
        guard let base = recent.last(where: { $0.at <= limit }) ?? recent.first, base.at < newest.at else { return nil }
        return newest.load(since: base)
    }

    /// The load over the last 300 ms, which shows a change that the longer stretch would still smooth out.
    var quickLoad: Load? {
        guard let newest = recent.last else { return nil }
        let limit = newest.at - Self.shortest
        guard let base = recent.last(where: { $0.at <= limit }) ?? recent.first, base.at < newest.at else { return nil }
        return newest.load(since: base)
    }

    /// Begins the next stretch at the newest sample.
    mutating func markReported() {
        reported = recent.last
    }
}
