/// What clones are made from, without where they go: the part of a template that a rollout replaces.
package struct CloneSource: Sendable, Hashable, Codable {
    /// The name of the domain that is cloned.
    package var domain: String?
    /// The path of the image that is used, where there is no such domain.
    package var image: String?
    /// The memory of each, bytes; `nil` for the template's own.
    package var memory: Int64?
    /// The vCPUs of each; `nil` for the template's own.
    package var vCPUs: Int?

    /// The source of a template.
    package init(_ template: TemplateConfiguration) {
        switch template.source {
        case .domain(let name): domain = name
        case .image(let path): image = path
        }
        memory = template.memory
        vCPUs = template.vCPUs
    }

    /// The template with this source.
    func applied(to template: TemplateConfiguration) -> TemplateConfiguration {
        var template = template
        if let domain {
            template.source = .domain(domain)
        } else if let image {
            template.source = .image(image)
        }
        template.memory = memory
        template.vCPUs = vCPUs
        return template
    }
}

extension CloneSource: CustomStringConvertible {
    /// The domain's name, or the image's path.
    package var description: String { domain ?? image ?? "nothing" }
}
