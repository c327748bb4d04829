/// Reads the kernel's counters.
///
/// Files that are absent or unreadable give `nil`.
struct ProcReader: Sendable {
    /// The directory, `/proc` outside tests.
    var root = "/proc"

    /// Times of all vCPUs.
    ///
    /// Only the first line is read, which keeps it cheap on machines with many interrupts.
    func cpuTimes() -> CPUTimes? { text("stat", limit: 256).flatMap { CPUTimes(stat: $0) } }

    /// PSI `some` of the CPU in microseconds.
    func pressure() -> UInt64? { text("pressure/cpu", limit: 512).flatMap(ProcParsers.pressureMicroseconds) }

    /// Tasks that run or want to run, without this one.
    func runnable() -> Int? { text("loadavg", limit: 128).flatMap(ProcParsers.runnable) }

    /// Memory in use and in all, in bytes.
    func memory() -> (used: UInt64, total: UInt64)? { text("meminfo", limit: 4096).flatMap(ProcParsers.memory) }

    private func text(_ name: String, limit: Int) -> String? {
        SmallFile.bytes(at: "\(root)/\(name)", limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }
}
