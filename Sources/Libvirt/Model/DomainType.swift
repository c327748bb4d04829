/// How a domain's CPUs are made (`<domain type='…'>`).
package struct DomainType: RawRepresentable, Hashable, Sendable {
    /// libvirt's word.
    package let rawValue: String

    /// Wraps any word.
    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// QEMU with the host's CPUs.
    package static let kvm = DomainType(rawValue: "kvm")
    /// QEMU with emulated CPUs (TCG): an order of magnitude slower.
    package static let qemu = DomainType(rawValue: "qemu")
    /// libvirt's simulation.
    package static let test = DomainType(rawValue: "test")

    /// Whether it is a PC of QEMU's.
    var isEmulatedPC: Bool { self == .kvm || self == .qemu }

    /// The most that each can give to a guest.
    var cpuMode: String? {
        switch self {
        case .kvm: "host-passthrough"
        case .qemu: "maximum"
        default: nil
        }
    }
}

extension DomainType: CustomStringConvertible {
    /// libvirt's word.
    package var description: String { rawValue }
}
