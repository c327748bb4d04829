/// What our element in a domain's metadata says: that the domain is ours, and what else is because of it.
///
/// The element is `<instance group="…" …><clone …/></instance>` in ``DomainMetadata/namespace``. Attributes and elements
/// that this version does not know are kept.
package struct InstanceRecord: Hashable, Sendable {
    /// The attributes of the element, such as `group` and `started`.
    package var attributes: [String: String]
    /// What belongs to the domain, if we made it.
    package var clone: CloneRecord?
    private var others: [String] = []

    /// Makes one.
    package init(attributes: [String: String] = [:], clone: CloneRecord? = nil) {
        self.attributes = attributes
        self.clone = clone
    }

    /// The group that the domain belongs to.
    package var group: String? {
        get { attributes["group"] }
        set { attributes["group"] = newValue }
    }

    /// Reads what ``Hypervisor/metadata(uuid:)`` or ``DomainInfo/metadata`` gave.
    ///
    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<instance>` element or its clone makes no sense.
    package init(xml: String) throws(LibvirtError) {
        let root = try XMLTree.parse(xml, root: "instance")
        // A parser that got the element by itself may still see its namespace.
        attributes = root.attributes.filter { !$0.key.hasPrefix("xmlns") }
        for element in root.elements {
            if element.name == "clone", clone == nil {
                clone = try CloneRecord(element)
            } else {
                others.append(element.serialized)
            }
        }
    }

    /// The element for ``Hypervisor/setMetadata(uuid:xml:)``.
    package var xml: String {
        let root = XMLTree("instance", attributes)
        if let clone { root.append(clone.element) }
        for other in others {
            if let element = try? XMLTree.parse(other) { root.append(element) }
        }
        return root.serialized
    }
}

extension DomainInfo {
    /// Our record of the domain; nil where there is none, or none that can be read.
    package var record: InstanceRecord? {
        metadata.flatMap { try? InstanceRecord(xml: $0) }
    }
}
