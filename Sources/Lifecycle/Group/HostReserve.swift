/// What of the host must be left when an instance is started.
package struct HostReserve: Sendable, Hashable {
    /// An amount of memory.
    package enum Memory: Sendable, Hashable {
        /// That many bytes.
        case bytes(Int64)
        /// That part of the host's memory, percent.
        case percent(Double)

        /// The amount on a host with `total` bytes.
        package func bytes(of total: Int64) -> Int64 {
            switch self {
            case .bytes(let bytes): bytes
            case .percent(let percent): Int64((Double(total) * percent / 100).rounded(.up))
            }
        }
    }

    /// The memory that stays free.
    package var memory: Memory
    /// The most vCPUs of running domains per CPU of the host.
    package var vCPUOvercommit: Double

    /// A reserve.
    package init(memory: Memory = .bytes(512 << 20), vCPUOvercommit: Double = 8) {
        self.memory = memory
        self.vCPUOvercommit = vCPUOvercommit
    }
}
