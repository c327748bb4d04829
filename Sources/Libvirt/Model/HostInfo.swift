/// What the host has to give.
///
/// A value that the driver does not report is nil.
package struct HostInfo: Hashable, Sendable {
    /// Online CPUs.
    package var cpuCount: Int
    /// Memory in bytes.
    package var memoryTotal: UInt64
    /// Unused memory in bytes; excludes the page cache.
    package var memoryFree: UInt64?
    /// Memory in bytes that new domains could get: unused, buffers and page cache together.
    package var memoryAvailable: UInt64?

    /// Memberwise.
    package init(cpuCount: Int, memoryTotal: UInt64, memoryFree: UInt64? = nil, memoryAvailable: UInt64? = nil) {
        self.cpuCount = cpuCount
        self.memoryTotal = memoryTotal
        self.memoryFree = memoryFree
        self.memoryAvailable = memoryAvailable
    }
}

/// Who answers at the other end of the connection.
package struct HypervisorVersion: Hashable, Sendable {
    /// The driver, such as `QEMU`, `TEST`.
    package var driver: String
    /// The version of libvirt over there, such as `9.0.0`.
    package var libvirt: String
    /// The version of the hypervisor, such as QEMU's `7.2.0`; nil when the driver does not say.
    package var hypervisor: String?

    /// Memberwise.
    package init(driver: String, libvirt: String, hypervisor: String? = nil) {
        self.driver = driver
        self.libvirt = libvirt
        self.hypervisor = hypervisor
    }
}

extension HypervisorVersion: CustomStringConvertible {
    /// Driver and versions in words.
    package var description: String {
        "\(driver)\(hypervisor.map { " \($0)" } ?? ""), libvirt \(libvirt)"
    }
}
