/// One element of an XML document, with qualified names as they stand in the text.
///
/// A tree of our own on top of Foundation's event parser: `XMLDocument` of swift-corelibs-foundation 6.3 traps on text
/// that is not well formed. Not Sendable; made, used and dropped in one place.
final class XMLTree {
    /// What an element contains.
    enum Node {
        case element(XMLTree)
        /// Text without escapes; CDATA sections become text.
        case text(String)
        case comment(String)
        case instruction(target: String, data: String?)
    }

    let name: String
    /// Without escapes; declarations of namespaces included.
    ///
    /// Their order carries no meaning and is not kept.
    var attributes: [String: String]
    var children: [Node] = []

    init(_ name: String, _ attributes: [String: String] = [:], text: String? = nil) {
        self.name = name
        self.attributes = attributes
        if let text { children = [.text(text)] }
    }

    /// The child elements.
    var elements: [XMLTree] {
        children.compactMap { if case .element(let child) = $0 { child } else { nil } }
    }

    /// The child elements of that name.
    func elements(_ name: String) -> [XMLTree] {
        children.compactMap { if case .element(let child) = $0, child.name == name { child } else { nil } }
    }

    /// The first child element of that name.
    func child(_ name: String) -> XMLTree? {
        elements(name).first
    }

    /// The text of this element itself, in one piece.
    var content: String {
        children.reduce(into: "") { if case .text(let text) = $1 { $0 += text } }
    }

    /// The text without the white space around it, nil when there is none.
    var text: String? {
        let trimmed = content.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        return trimmed.isEmpty ? nil : String(trimmed)
    }

    /// Puts an element at the end and returns it.
    @discardableResult
    func append(_ child: XMLTree) -> XMLTree {
        children.append(.element(child))
        return child
    }

    /// Removes the child elements that `isUnwanted` says.
    func removeElements(where isUnwanted: (XMLTree) -> Bool) {
        children.removeAll { if case .element(let child) = $0 { isUnwanted(child) } else { false } }
    }
}

// MARK: - Writing

extension XMLTree {
    /// The element as XML.
    var serialized: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        text += "<\(name)"
        for (name, value) in attributes.sorted(by: { $0.key < $1.key }) { text += " \(name)=\"\(escapeXML(value))\"" }
        guard !children.isEmpty else { return text += "/>" }
        text += ">"
        for child in children {
            switch child {
            case .element(let element): element.write(to: &text)
            case .text(let part): text += escapeXML(part, isAttribute: false)
            case .comment(let comment): text += "<!--\(comment)-->"
            case .instruction(let target, let data): text += "<?\(target)\(data.map { " \($0)" } ?? "")?>"
            }
        }
        text += "</\(name)>"
    }
}

/// Escapes text for use inside a quoted attribute, or inside an element.
func escapeXML(_ text: String, isAttribute: Bool = true) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for character in text.unicodeScalars {
        switch character {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\r": escaped += "&#13;"
        case "\"" where isAttribute: escaped += "&quot;"
        case "'" where isAttribute: escaped += "&apos;"
        case "\n" where isAttribute: escaped += "&#10;"
        case "\t" where isAttribute: escaped += "&#9;"
        default: escaped.unicodeScalars.append(character)
        }
    }
    return escaped
}
