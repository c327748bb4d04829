#if canImport(Glibc)
import Glibc
#endif

/// What every program tells of its own process, under the names that Prometheus' own clients use.
public enum ProcessFigures {
    /// CPU time.
    public static let cpu = MetricDefinition(
        "process_cpu_seconds_total",
        .counter,
        "User and system CPU time of the process."
    )
    /// Memory in RAM.
    public static let residentMemory = MetricDefinition(
        "process_resident_memory_bytes",
        .gauge,
        "Resident memory of the process."
    )
    /// Open file descriptors.
    public static let openDescriptors = MetricDefinition(
        "process_open_fds",
        .gauge,
        "File descriptors that the process has open."
    )
    /// The most file descriptors.
    public static let maximumDescriptors = MetricDefinition(
        "process_max_fds",
        .gauge,
        "File descriptors that the process may have open."
    )
    /// The start.
    public static let start = MetricDefinition(
        "process_start_time_seconds",
        .gauge,
        "When the process started, seconds since 1970."
    )
    /// All of them.
    public static let all = [cpu, residentMemory, openDescriptors, maximumDescriptors, start]

    /// /proc counts in ticks of 1/100 s on every Linux that runs Swift (USER_HZ).
    private static let ticksPerSecond = 100.0

    /// Writes what /proc says; what it does not say is left out.
    public static func collect(into snapshot: inout MetricSnapshot) {
        if let stat = read("/proc/self/stat"), let end = stat.lastIndex(of: ")") {
            // The fields after the name, which may hold anything; the first is the third of the whole line.
            let fields = stat[stat.index(after: end)...].split(separator: " ")
            func field(_ number: Int) -> Double? { number - 3 < fields.count ? Double(fields[number - 3]) : nil }
            if let user = field(14), let system = field(15) {
                snapshot.set(cpu, [], (user + system) / ticksPerSecond)
            }
            snapshot.set(residentMemory, [], field(24).map { $0 * Double(getpagesize()) })
            let boot = read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
                .flatMap { Double($0.dropFirst(6)) }
            if let started = field(22), let boot { snapshot.set(start, [], boot + started / ticksPerSecond) }
        }
        snapshot.set(openDescriptors, [], descriptors().map(Double.init))
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            snapshot.set(maximumDescriptors, [], Double(limit.rlim_cur))
        }
    }

    private static func descriptors() -> Int? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Neither `.` and `..`, nor the one that reads.
        return max(0, count - 3)
    }

    private static func read(_ path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 65536)
        var used = 0
        while used < bytes.count {
            let free = bytes.count - used
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress?.advanced(by: used), free)
            }
            guard count > 0 else { break }
            used += count
        }
        return String(decoding: bytes.prefix(used), as: UTF8.self)
    }
}
