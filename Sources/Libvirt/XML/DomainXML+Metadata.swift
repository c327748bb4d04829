extension DomainXML {
    /// Our element of the metadata without prefix and namespace, as it was set; nil where there is none.
    var metadata: String? {
        guard let found = metadataElement else { return nil }
        return found.element.withoutPrefix(found.prefix).serialized
    }

    /// Puts our element in, in place of the present one; nil removes it.
    ///
    /// - Throws: ``LibvirtError/Code/xmlError`` when it is no `<instance>` element.
    func setMetadata(_ xml: String?) throws(LibvirtError) {
        var element: XMLTree?
        if let xml { element = try XMLTree.parse(xml, root: "instance").withPrefix(DomainMetadata.key) }
        element?.attributes["xmlns:\(DomainMetadata.key)"] = DomainMetadata.namespace
        while let found = metadataElement { root.child("metadata")?.removeElements { $0 === found.element } }
        if let element {
            let metadata = root.child("metadata") ?? root.append(XMLTree("metadata"))
            metadata.append(element)
        } else if let metadata = root.child("metadata"), metadata.isEmpty {
            root.removeElements { $0 === metadata }
        }
    }

    /// The element in our namespace, whatever prefix was declared for it, here or further out.
    private var metadataElement: (element: XMLTree, prefix: String?)? {
        guard let metadata = root.child("metadata") else { return nil }
        for child in metadata.elements {
            let parts = child.name.split(separator: ":", maxSplits: 1).map(String.init)
            let (prefix, local) = parts.count == 2 ? (parts[0], parts[1]) : (nil, child.name)
            let declaration = prefix.map { "xmlns:\($0)" } ?? "xmlns"
            let namespace = [child, metadata, root].lazy.compactMap { $0.attributes[declaration] }.first
            if local == "instance", namespace == DomainMetadata.namespace { return (child, prefix) }
        }
        return nil
    }
}

extension XMLTree {
    /// Whether it contains neither elements nor text.
    fileprivate var isEmpty: Bool { elements.isEmpty && text == nil }

    fileprivate func withPrefix(_ prefix: String) -> XMLTree {
        copy { $0.contains(":") ? $0 : "\(prefix):\($0)" }
    }

    fileprivate func withoutPrefix(_ prefix: String?) -> XMLTree {
        let declaration = prefix.map { "xmlns:\($0)" } ?? "xmlns"
        let start = prefix.map { "\($0):" } ?? ""
        let copy = copy { $0.hasPrefix(start) ? String($0.dropFirst(start.count)) : $0 }
        copy.attributes[declaration] = nil
        return copy
    }

    /// A copy with other names for its elements; white space between elements is left out.
    private func copy(_ rename: (String) -> String) -> XMLTree {
        let copy = XMLTree(rename(name), attributes)
        copy.children = children.compactMap { child in
            switch child {
            case .element(let element): .element(element.copy(rename))
            case .text(let text) where text.allSatisfy(\.isWhitespace): nil
            default: child
            }
        }
        return copy
    }
}
