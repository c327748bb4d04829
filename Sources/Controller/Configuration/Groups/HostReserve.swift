/// What of the host must be left when an instance is started.
public struct HostReserve: Sendable, Hashable {
    /// An amount of memory.
    public enum Memory: Sendable, Hashable {
        /// That many bytes.
        case bytes(Int64)
        /// That part of the host's memory, percent.
        case percent(Double)

        /// The amount on a host with `total` bytes.
        public func bytes(of total: Int64) -> Int64 {
            switch self {
            case .bytes(let bytes): bytes
            case .percent(let percent): Int64((Double(total) * percent / 100).rounded(.up))
            }
        }
    }

    /// The memory that stays free.
    public var memory: Memory
    /// The most vCPUs of running domains per CPU of the host.
    public var vCPUOvercommit: Double

    /// A reserve.
    public init(memory: Memory = .bytes(512 << 20), vCPUOvercommit: Double = 8) {
        self.memory = memory
        self.vCPUOvercommit = vCPUOvercommit
    }
}
