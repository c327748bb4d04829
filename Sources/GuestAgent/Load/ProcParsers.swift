/// The CPU time of all vCPUs together since the boot, in ticks of /proc/stat.
struct CPUTimes: Sendable, Equatable {
    /// Ticks in which a vCPU worked: user, nice, system and interrupts.
    var busy: UInt64
    /// Ticks in which it had nothing to do, waits for a disk included.
    var idle: UInt64
    /// Ticks in which it had work and the hypervisor ran something else.
    var steal: UInt64

    /// All ticks.
    var total: UInt64 { busy &+ idle &+ steal }

    /// Reads the `cpu` line of /proc/stat (proc_stat(5)); `nil` when the text does not begin with one.
    ///
    /// The guest columns are left out, for they are part of user and nice already.
    init?(stat text: some StringProtocol) {
        guard let line = text.split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).first else {
            return nil
        }
        let fields = line.split(separator: " ")
        guard fields.first == "cpu", fields.count >= 5 else { return nil }
        let numbers = fields.dropFirst().map { UInt64($0) }
        func column(_ index: Int) -> UInt64? {
            // Columns that an old kernel does not have count as nothing; one that is no number spoils the line.
            index < numbers.count ? numbers[index] : 0
        }
        guard let user = column(0), let nice = column(1), let system = column(2), let idle = column(3),
            let waiting = column(4), let interrupts = column(5), let soft = column(6), let steal = column(7)
        else { return nil }
        let (busy, overflow) = [user, nice, system, interrupts, soft].reduce((UInt64(0), false)) { sum, ticks in
            let (value, overflow) = sum.0.addingReportingOverflow(ticks)
            return (value, sum.1 || overflow)
        }
        let (resting, restOverflow) = idle.addingReportingOverflow(waiting)
        guard !overflow, !restOverflow else { return nil }
        self.init(busy: busy, idle: resting, steal: steal)
    }

    /// Times from numbers.
    init(busy: UInt64, idle: UInt64, steal: UInt64) {
        self.busy = busy
        self.idle = idle
        self.steal = steal
    }
}

/// Readers of the other files under /proc.
enum ProcParsers {
    /// The microseconds in which at least one task waited for a CPU: `total` of the `some` line of /proc/pressure/cpu.
    static func pressureMicroseconds(_ text: String) -> UInt64? {
        guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("some ") }),
            let total = line.split(separator: " ").first(where: { $0.hasPrefix("total=") })
        else { return nil }
        return UInt64(total.dropFirst("total=".count))
    }

    /// The tasks that run or want to run, from the fourth field of /proc/loadavg, without the task that reads it.
    static func runnable(_ text: String) -> Int? {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 4,
            let running = fields[3].split(separator: "/", omittingEmptySubsequences: false).first,
            let count = Int(running), count >= 0
        else { return nil }
        return max(0, count - 1)
    }

    /// Memory in bytes from /proc/meminfo.
    ///
    /// What could be freed at once counts as not in use.
    static func memory(_ text: String) -> (used: UInt64, total: UInt64)? {
        func bytes(_ key: String) -> UInt64? {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key + ":") }) else { return nil }
            let fields = line.split(separator: " ")
            guard fields.count == 3, fields[2] == "kB", let value = UInt64(fields[1]) else { return nil }
            let (result, overflow) = value.multipliedReportingOverflow(by: 1024)
            return overflow ? nil : result
        }
        guard let total = bytes("MemTotal"), let available = bytes("MemAvailable"), available <= total else {
            return nil
        }
        return (total - available, total)
    }
}
