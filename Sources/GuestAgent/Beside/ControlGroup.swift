import Shared

/// The CPU time of the processes of a control group (cgroup v2).
enum ControlGroup {
    /// Microseconds since the group was made; `nil` when it is not there.
    static func cpuMicroseconds(_ path: String) -> UInt64? {
        SmallFile.text(at: "/sys/fs/cgroup/\(path)/cpu.stat", limit: 4096).flatMap(usage)
    }

    /// The value of `usage_usec` in the text of `cpu.stat`.
    static func usage(_ text: String) -> UInt64? {
        for line in text.split(separator: "\n") where line.hasPrefix("usage_usec ") {
            return UInt64(line.dropFirst("usage_usec ".count))
        }
        return nil
    }
}
