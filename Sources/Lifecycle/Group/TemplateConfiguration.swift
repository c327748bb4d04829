/// What new instances are made from.
package struct TemplateConfiguration: Sendable, Hashable {
    /// Where the disk and the definition come from.
    package enum Source: Sendable, Hashable {
        /// A shut-off domain of this name.
        case domain(String)
        /// A disk image at this absolute path.
        case image(String)
    }

    /// What stands for the number of the instance in ``name``.
    package static let placeholder = "{n}"

    /// Where the disk and the definition come from.
    package var source: Source
    /// The libvirt storage pool that holds the clones' disks.
    package var pool: String
    /// The clones' names, with ``placeholder`` once.
    package var name: String
    /// The memory of each, bytes; `nil` for the template's own.
    package var memory: Int64?
    /// The vCPUs of each; `nil` for the template's own.
    package var vCPUs: Int?

    /// A template.
    package init(
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
    package var domain: String? {
        if case .domain(let name) = source { name } else { nil }
    }

    /// The name of the clone with that number.
    package func instanceName(_ number: Int) -> String {
        name.replacing(Self.placeholder, with: String(number), maxReplacements: 1)
    }
}
