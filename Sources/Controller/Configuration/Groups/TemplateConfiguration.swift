/// What new instances are made from.
public struct TemplateConfiguration: Sendable, Hashable {
    /// Where the disk and the definition come from.
    public enum Source: Sendable, Hashable {
        /// A shut-off domain of this name.
        case domain(String)
        /// A disk image at this absolute path.
        case image(String)
    }

    /// What stands for the number of the instance in ``name``.
    public static let placeholder = "{n}"

    /// Where the disk and the definition come from.
    public var source: Source
    /// The libvirt storage pool that holds the clones' disks.
    public var pool: String
    /// The clones' names, with ``placeholder`` once.
    public var name: String
    /// The memory of each, bytes; `nil` for the template's own.
    public var memory: Int64?
    /// The vCPUs of each; `nil` for the template's own.
    public var vCPUs: Int?

    /// A template.
    public init(
        source: Source,
        pool: String = "default",
        name: String = "\(GroupConfiguration.defaultName)-{n}",
        memory: Int64? = nil,
        vCPUs: Int? = nil
    ) {
        self.source = source
        self.pool = pool
        self.name = name
        self.memory = memory
        self.vCPUs = vCPUs
    }

    /// The name of the domain that is cloned; `nil` for an image.
    public var domain: String? {
        if case .domain(let name) = source { name } else { nil }
    }

    /// The name of the clone with that number.
    public func instanceName(_ number: Int) -> String {
        name.replacing(Self.placeholder, with: String(number), maxReplacements: 1)
    }
}
