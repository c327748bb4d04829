import Foundation

/// A clone that is wanted.
package struct CloneRequest: Sendable {
    /// Its name, unique on the hypervisor.
    package var name: String
    /// Its UUID, canonical and lower-case.
    package var uuid: String
    /// What it is made from.
    package var template: Template
    /// The storage pool of its disks.
    package var pool: String
    /// The group that it will belong to.
    package var group: String?
    /// The address that the network's DHCP server shall always give to its first interface; see
    /// ``NetworkInfo/lowestFreeAddress(in:leases:excluding:at:)``. nil leaves it to the server.
    package var address: String?
    /// Bytes of memory instead of what a template domain has.
    package var memory: UInt64?
    /// Virtual CPUs instead of those that a template domain has.
    package var vcpus: Int?
    /// What its MACs are made from: the same give the same, as far as they are free; nil for its UUID.
    ///
    /// A DHCP server gives an address that a removed clone had on lease to another at once only when that has its MAC.
    package var macSeed: String?
    /// Further attributes of its ``InstanceRecord``.
    package var attributes: [String: String] = [:]

    /// What clones are made from.
    package enum Template: Hashable, Sendable {
        /// A domain of the same hypervisor, by UUID. It must be shut off, and never be started while clones exist.
        case domain(uuid: String)
        /// A disk image.
        case image(ImageTemplate)
    }

    /// Memberwise.
    package init(
        name: String,
        uuid: String = UUID().uuidString.lowercased(),
        template: Template,
        pool: String,
        group: String? = nil,
        address: String? = nil,
        memory: UInt64? = nil,
        vcpus: Int? = nil
    ) {
        self.name = name
        self.uuid = uuid
        self.template = template
        self.pool = pool
        self.group = group
        self.address = address
        self.memory = memory
        self.vcpus = vcpus
    }
}
