import Libvirt
import Synchronization

/// What the host has left for domains. Groups take a share of it before they start a domain, so that two of them cannot
/// both count on the same memory.
final class HostCapacity: Sendable {
    /// What the hypervisor said of the host.
    struct Usage: Sendable, Equatable {
        /// The host's CPUs.
        var cpuCount: Int
        /// The host's memory, bytes.
        var memoryTotal: UInt64
        /// Memory that new domains could get, bytes.
        var memoryAvailable: UInt64?
        /// vCPUs of the domains that run.
        var activeVCPUs: Int
        /// The domains that are active: what was reserved for them is in use by now.
        var active: Set<String>
    }

    /// What a domain needs.
    struct Need: Sendable, Equatable {
        /// Memory, bytes.
        var memory: UInt64
        /// vCPUs.
        var vCPUs: Int
    }

    private struct State {
        var usage: Usage?
        var reserved: [String: Need] = [:]
    }

    private let state = Mutex(State())

    /// The host as it was seen now.
    func update(_ usage: Usage) {
        state.withLock { state in
            state.usage = usage
            state.reserved = state.reserved.filter { !usage.active.contains($0.key) }
        }
    }

    /// How many domains that need `need` each could be started; `nil` when the host's memory is unknown.
    func room(for need: Need, leaving reserve: HostReserve) -> Int? {
        state.withLock { Self.room($0, for: need, leaving: reserve) }
    }

    /// Takes what a domain needs before it is started; `false` when it is not there. What is not known is not refused.
    func reserve(_ uuid: String, _ need: Need, leaving reserve: HostReserve) -> Bool {
        state.withLock { state in
            state.reserved[uuid] = nil
            if let room = Self.room(state, for: need, leaving: reserve), room < 1 { return false }
            state.reserved[uuid] = need
            return true
        }
    }

    /// An order to start has ended: what was taken for a domain that did not start is given back; what one that did
    /// start needs shows in the host's own figures from the next look on.
    func settle(_ uuid: String, started: Bool) {
        guard !started else { return }
        state.withLock { _ = $0.reserved.removeValue(forKey: uuid) }
    }

    private static func room(_ state: State, for need: Need, leaving reserve: HostReserve) -> Int? {
        guard let usage = state.usage else { return nil }
        let reservedVCPUs = state.reserved.values.reduce(0) { $0 + $1.vCPUs }
        let most = Int((Double(usage.cpuCount) * reserve.vCPUOvercommit).rounded(.down))
        let byCPU = max(0, most - usage.activeVCPUs - reservedVCPUs) / max(1, need.vCPUs)
        guard let available = usage.memoryAvailable else { return byCPU }
        let reserved = state.reserved.values.reduce(UInt64(0)) { $0 &+ $1.memory }
        let kept = UInt64(clamping: reserve.memory.bytes(of: Int64(clamping: usage.memoryTotal)))
        let taken = reserved &+ kept
        let free = available > taken ? available - taken : 0
        return min(byCPU, Int(clamping: free / max(1, need.memory)))
    }
}
