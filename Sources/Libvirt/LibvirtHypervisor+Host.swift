import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Driver and versions over there.
    package func ping() async throws -> HypervisorVersion {
        try await call(.query, "virConnectGetLibVersion") { try $0.connection.version() }
    }

    /// CPUs and memory of the host.
    package func hostInfo() async throws -> HostInfo {
        try await call(.query, "virNodeGetInfo") { try $0.connection.hostInfo() }
    }
}

extension LibvirtHypervisor {
    /// libvirt offers KVM wherever the kernel has it; whether it runs a guest is told by the CPUs.
    package func bestDomainType() async throws -> DomainType {
        try await call(.query, "virConnectGetDomainCapabilities") { try $0.connection.bestDomainType() }
    }
}

extension ConnectionHandle {
    func bestDomainType() throws(LibvirtError) -> DomainType {
        let driver = try check(virConnectGetType(pointer), "virConnectGetType")
        guard String(cString: driver) == "QEMU" else {
            return DomainType(rawValue: String(cString: driver).lowercased())
        }
        let operation = "virConnectGetDomainCapabilities"
        do {
            let text = virConnectGetDomainCapabilities(pointer, nil, "x86_64", "q35", DomainType.kvm.rawValue, 0)
            _ = takeString(try check(text, operation))
        } catch {
            guard !error.isConnectionLost else { throw error }
            return .qemu
        }
        return try hasVirtualization() ? .kvm : .qemu
    }

    /// Whether the host's CPUs have VMX or SVM, by all features of the model that libvirt found.
    private func hasVirtualization() throws(LibvirtError) -> Bool {
        let text = takeString(try check(virConnectGetCapabilities(pointer), "virConnectGetCapabilities"))
        let capabilities = try XMLTree.parse(text, root: "capabilities")
        guard let cpu = capabilities.child("host")?.child("cpu") else { return false }
        let expand = VIR_CONNECT_BASELINE_CPU_EXPAND_FEATURES.rawValue
        let baseline = cpu.serialized.withCString { first in
            withUnsafePointer(to: Optional(first)) { list in
                // Declared with mutable pointers; only read.
                virConnectBaselineCPU(pointer, UnsafeMutablePointer(mutating: list), 1, expand)
            }
        }
        let features = try XMLTree.parse(takeString(try check(baseline, "virConnectBaselineCPU")))
        return features.elements("feature").contains { ["vmx", "svm"].contains($0.attributes["name"]) }
    }

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
