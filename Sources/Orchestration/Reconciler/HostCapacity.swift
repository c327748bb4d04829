import Libvirt
import Lifecycle
import Synchronization

/// What the host has left for domains. Groups take a share of it before they start a domain, so that two of them cannot
/// both count on the same memory.
package final class HostCapacity: Sendable {
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

    private struct State {
        var usage: Usage?
        var reserved: [String: HostRoom.Need] = [:]
    }

    private let state = Mutex(State())

    package init() {}

    /// The host as it was seen now.
    func update(_ usage: Usage) {
        state.withLock { state in
            state.usage = usage
            state.reserved = state.reserved.filter { !usage.active.contains($0.key) }
        }
    }

    /// The host's own figures; `nil` before it was seen.
    package var figures: (cpus: Int, vCPUsInUse: Int, memoryTotal: UInt64, memoryAvailable: UInt64?)? {
        state.withLock { state in
            state.usage.map { ($0.cpuCount, $0.activeVCPUs, $0.memoryTotal, $0.memoryAvailable) }
        }
    }

    /// What is left beside `reserve`; `nil` before the host was seen.
    func room(leaving reserve: HostReserve) -> HostRoom? {
        state.withLock { Self.room($0, leaving: reserve) }
    }

    /// Takes what a domain needs before it is started; what is missing, when it is not there. What is not known is not
    /// refused.
    func reserve(_ uuid: String, _ need: HostRoom.Need, leaving reserve: HostReserve) -> HostShortage? {
        state.withLock { state in
            state.reserved[uuid] = nil
            if let shortage = Self.room(state, leaving: reserve)?.shortage(for: need) { return shortage }
            state.reserved[uuid] = need
            return nil
        }
    }

    /// An order to start has ended: what was taken for a domain that did not start is given back; what one that did
    /// start needs shows in the host's own figures from the next look on.
    package func settle(_ uuid: String, started: Bool) {
        guard !started else { return }
        state.withLock { _ = $0.reserved.removeValue(forKey: uuid) }
    }

    private static func room(_ state: State, leaving reserve: HostReserve) -> HostRoom? {
        state.usage.map { usage in
            HostRoom(
                memoryAvailable: usage.memoryAvailable,
                memoryKept: UInt64(clamping: reserve.memory.bytes(of: Int64(clamping: usage.memoryTotal))),
                vCPULimit: Int(clamping: Double(usage.cpuCount) * reserve.vCPUOvercommit),
                vCPUsInUse: usage.activeVCPUs,
                promised: state.reserved
            )
        }
    }
}

extension Int {
    /// The number rounded down, brought within what an integer can hold.
    fileprivate init(clamping number: Double) {
        self = Int(exactly: number.rounded(.down)) ?? (number > 0 ? .max : 0)
    }
}
