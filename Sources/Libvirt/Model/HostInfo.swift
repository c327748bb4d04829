/// What the host has to give.
///
/// A value that the driver does not report is nil.
public struct HostInfo: Hashable, Sendable {
    /// Online CPUs.
    public var cpuCount: Int
    /// Memory in bytes.
    public var memoryTotal: UInt64
    /// Unused memory in bytes; excludes the page cache.
    public var memoryFree: UInt64?
    /// Memory in bytes that new domains could get: unused, buffers and page cache together.
    public var memoryAvailable: UInt64?

    /// Memberwise.
    public init(cpuCount: Int, memoryTotal: UInt64, memoryFree: UInt64? = nil, memoryAvailable: UInt64? = nil) {
        self.cpuCount = cpuCount
        self.memoryTotal = memoryTotal
        self.memoryFree = memoryFree
        self.memoryAvailable = memoryAvailable
    }
}

/// Who answers at the other end of the connection.
public struct HypervisorVersion: Hashable, Sendable {
    /// The driver, such as `QEMU`, `TEST`.
    public var driver: String
    /// The version of libvirt over there, such as `9.0.0`.
    public var libvirt: String
    /// The version of the hypervisor, such as QEMU's `7.2.0`; nil when the driver does not say.
    public var hypervisor: String?

    /// Memberwise.
    public init(driver: String, libvirt: String, hypervisor: String? = nil) {
        self.driver = driver
        self.libvirt = libvirt
        self.hypervisor = hypervisor
    }
}

extension HypervisorVersion: CustomStringConvertible {
    /// Driver and versions in words.
    public var description: String {
        "\(driver)\(hypervisor.map { " \($0)" } ?? ""), libvirt \(libvirt)"
    }
}
