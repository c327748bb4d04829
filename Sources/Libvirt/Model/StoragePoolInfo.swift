/// One storage pool.
package struct StoragePoolInfo: Hashable, Sendable {
    /// The name, such as `default`.
    package var name: String
    /// Whether it is started; an inactive one can neither be read nor written.
    package var isActive: Bool
    /// Where its volumes are, such as `/var/lib/libvirt/images`; nil for pools without a folder.
    package var path: String?
    /// Size in bytes; nil while it is inactive.
    package var capacity: UInt64?
    /// Bytes that are left, as of the pool's last refresh; nil while it is inactive.
    ///
    /// libvirt counts what it creates and deletes itself, not what guests write since: see
    /// ``Hypervisor/refreshStoragePool(_:)``. A linked volume takes 200 KiB when it is made and grows, up to its
    /// capacity, with what its guest writes, so whoever makes one keeps a reserve.
    package var available: UInt64?

    /// Memberwise.
    package init(
        name: String,
        isActive: Bool = true,
        path: String? = nil,
        capacity: UInt64? = nil,
        available: UInt64? = nil
    ) {
        self.name = name
        self.isActive = isActive
        self.path = path
        self.capacity = capacity
        self.available = available
    }
}
