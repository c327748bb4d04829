import Foundation

extension InMemoryHypervisor {
    /// Everything behind the lock.
    struct State {
        var host: HostInfo
        var networks: [NetworkInfo]
        var leases: [String: [DHCPLease]] = [:]
        var domains: [String: Domain] = [:]
        var pools: [String: Pool] = [:]
        var isConnected = true
        /// How many further calls are answered before the connection breaks.
        var remainingCalls: Int?
        var nextID = 1
        var faults: [Fault] = []
        var calls: [Call: Int] = [:]
        /// Whether nothing is answered and nothing refused: the host hangs.
        var isStuck = false
        /// The hung domains that a bulk call waits for.
        var waitedFor: Set<String> = []
        var bootHook: (@Sendable (DomainInfo) -> Void)?
    }

    struct Fault {
        var operation: Operation
        var uuid: String?
        var error: LibvirtError
    }

    struct Call: Hashable {
        var operation: Operation
        var uuid: String?
    }

    /// One domain: what DomainInfo says of it, its definitions, and its counters.
    struct Domain {
        var info: DomainInfo
        var inactiveXML: String
        var activeXML: String?
        var managedSave: ManagedSave?
        /// How often the guest ran on from each image that was made, in their order.
        var resumptions: [Int] = []
        /// The image that its memory came from, until it runs.
        var resumedImage: Int?
        /// Percent of the capacity of its vCPUs that it uses while it runs.
        var load = 0.0
        /// Percent of the capacity that the host withholds while it runs.
        var steal = 0.0
        var reportsCounters = true
        var obeysShutdown = true
        /// Whether its QEMU answers nothing.
        var isHung = false
        /// Whether it has run since it was started.
        var hasBooted = false
        /// What each source says of its addresses.
        var addresses: [GuestAddress.Source: [GuestAddress]] = [:]
        /// Busy and stolen time in ns of each vCPU, up to `counted`.
        var busy = 0.0
        var stolen = 0.0
        var counted: MeasurementTime
    }

    /// A memory image on disk.
    struct ManagedSave {
        /// Which of the domain's images it is, from 0.
        var number: Int
        /// Whether the guest had booted already.
        var hasBooted: Bool
        /// The definition it was started with.
        var activeXML: String
        /// Whether the domain has run since.
        var isStale = false
        var fault: RestoreFault?
    }

    /// What has to happen after the lock is released.
    struct Effects {
        var events: [LifecycleEvent] = []
        var booted: DomainInfo?
        /// Thrown in the end, though the effect has come about.
        var error: LibvirtError?
    }
}

extension InMemoryHypervisor.Domain {
    /// Lets the counters grow up to `time`, by the present load.
    mutating func count(until time: MeasurementTime) {
        let elapsed = counted.instant.duration(to: time.instant) / .nanoseconds(1)
        if info.state.isRunning, elapsed > 0 {
            busy += elapsed * load / 100
            stolen += elapsed * steal / 100
        }
        counted = time
    }

    func event(_ kind: LifecycleEvent.Kind, _ detail: String) -> LifecycleEvent {
        LifecycleEvent(uuid: info.uuid, name: info.name, kind: kind, detail: detail)
    }

    func statistics(at time: MeasurementTime) -> DomainStatistics {
        var statistics = DomainStatistics(uuid: info.uuid, name: info.name, measuredAt: time, state: info.state)
        guard reportsCounters else { return statistics }
        let count = info.vcpuCount ?? 1
        let (time, delay) = (UInt64(max(0, busy)), UInt64(max(0, stolen)))
        statistics.vcpuCount = count
        statistics.cpuTime = time * UInt64(count)
        statistics.vcpus = (0..<count).map { .init(number: $0, state: 1, time: time, wait: 0, delay: delay) }
        statistics.balloonCurrent = info.maxMemory
        statistics.balloonMaximum = info.maxMemory
        // Known only to who asks its QEMU.
        statistics.residentMemory = isHung ? nil : info.maxMemory
        return statistics
    }
}
