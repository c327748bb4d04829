import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Driver and versions over there.
    public func ping() async throws -> HypervisorVersion {
        try await call(.query, "virConnectGetLibVersion") { try $0.connection.version() }
    }

    /// CPUs and memory of the host.
    public func hostInfo() async throws -> HostInfo {
        try await call(.query, "virNodeGetInfo") { try $0.connection.hostInfo() }
    }
}

extension ConnectionHandle {
    func version() throws(LibvirtError) -> HypervisorVersion {
        var libvirt: UInt = 0
        try check(virConnectGetLibVersion(pointer, &libvirt), "virConnectGetLibVersion")
        var hypervisor: UInt = 0
        let isKnown = virConnectGetVersion(pointer, &hypervisor) == 0 && hypervisor > 0
        // A static string of the driver; not freed.
        let driver = try check(virConnectGetType(pointer), "virConnectGetType")
        return HypervisorVersion(
            driver: String(cString: driver),
            libvirt: Self.dotted(libvirt),
            hypervisor: isKnown ? Self.dotted(hypervisor) : nil
        )
    }

    func hostInfo() throws(LibvirtError) -> HostInfo {
        var node = virNodeInfo()
        try check(virNodeGetInfo(pointer, &node), "virNodeGetInfo")
        var host = HostInfo(cpuCount: Int(node.cpus), memoryTotal: UInt64(node.memory) << 10)
        // 0 means that the driver cannot tell.
        let free = virNodeGetFreeMemory(pointer)
        if free > 0 { host.memoryFree = free }
        let statistics = memoryStatistics()
        if let free = statistics["free"] {
            // From the same source as the rest; in a container virNodeGetInfo may see another total.
            host.memoryTotal = statistics["total"] ?? host.memoryTotal
            host.memoryFree = free
            host.memoryAvailable = free + (statistics["buffers"] ?? 0) + (statistics["cached"] ?? 0)
        }
        return host
    }

    /// Memory of the whole host in bytes by libvirt's names; empty where the driver does not tell.
    private func memoryStatistics() -> [String: UInt64] {
        let all = VIR_NODE_MEMORY_STATS_ALL_CELLS.rawValue
        var count: CInt = 0
        guard virNodeGetMemoryStats(pointer, all, nil, &count, 0) == 0, (1...64).contains(count) else { return [:] }
        var statistics = [virNodeMemoryStats](repeating: virNodeMemoryStats(), count: Int(count))
        guard virNodeGetMemoryStats(pointer, all, &statistics, &count, 0) == 0 else { return [:] }
        var values: [String: UInt64] = [:]
        for statistic in statistics.prefix(Int(count)) {
            let name = withUnsafePointer(to: statistic) { String(cString: cms_memory_statistic_name($0)) }
            values[name] = statistic.value << 10
        }
        return values
    }

    /// libvirt's version number: major × 1,000,000 + minor × 1,000 + release.
    private static func dotted(_ version: UInt) -> String {
        "\(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
    }
}
