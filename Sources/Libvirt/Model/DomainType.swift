/// How a domain's CPUs are made (`<domain type='…'>`).
public struct DomainType: RawRepresentable, Hashable, Sendable {
    /// libvirt's word.
    public let rawValue: String

    /// Wraps any word.
    public init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// QEMU with the host's CPUs.
    public static let kvm = DomainType(rawValue: "kvm")
    /// QEMU with emulated CPUs (TCG): an order of magnitude slower.
    public static let qemu = DomainType(rawValue: "qemu")
    /// libvirt's simulation.
    public static let test = DomainType(rawValue: "test")

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
    public var description: String { rawValue }
}
