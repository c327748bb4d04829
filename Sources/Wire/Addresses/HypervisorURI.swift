/// The name of one libvirt connection, such as `qemu:///system`, `qemu+tls://host2/system`, `test:///default`.
public struct HypervisorURI: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    /// The URI as given.
    public let rawValue: String

    /// The QEMU/KVM hypervisor of this host.
    public static let qemuSystem = HypervisorURI(unchecked: "qemu:///system")
    /// libvirt's built-in simulation; lives in this process.
    public static let test = HypervisorURI(unchecked: "test:///default")
    /// The name of the hypervisor in memory, for tests.
    public static let inMemory = HypervisorURI(unchecked: "memory:///default")

    private init(unchecked: String) {
        rawValue = unchecked
    }

    /// Accepts `SCHEME://…` and `SCHEME:/…` of at most 4096 printable ASCII characters without spaces; nil otherwise.
    ///
    /// Whether a driver answers to it, only connecting shows.
    public init?(rawValue: String) {
        guard rawValue.utf8.count <= 4096, rawValue.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        guard let colon = rawValue.firstIndex(of: ":"), let first = rawValue.first, first.isLetter else { return nil }
        let scheme = rawValue[..<colon]
        guard scheme.allSatisfy({ $0.isLetter || $0.isNumber || "+-.".contains($0) }) else { return nil }
        guard rawValue[rawValue.index(after: colon)...].hasPrefix("/") else { return nil }
        self.rawValue = rawValue
    }

    /// A text that is no URI of a hypervisor.
    public struct Invalid: Error, Equatable, CustomStringConvertible {
        /// The text, cut to 200 characters.
        public let text: String

        /// What is wrong, and what would be right.
        public var description: String {
            "'\(text)' is no libvirt URI; expected e.g. qemu:///system or qemu+tls://host/system"
        }
    }

    /// Accepts what ``init(rawValue:)`` accepts.
    ///
    /// - Throws: ``Invalid``, which shows the accepted forms.
    public init(_ string: String) throws(Invalid) {
        guard let uri = HypervisorURI(rawValue: string) else { throw Invalid(text: String(string.prefix(200))) }
        self = uri
    }

    /// The URI.
    public var description: String { rawValue }
}
