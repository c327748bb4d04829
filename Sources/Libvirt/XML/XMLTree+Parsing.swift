import Foundation
import FoundationXML

extension XMLTree {
    /// The largest description that is parsed, in bytes; libvirt's own limit for a string is 16 MiB.
    static let maximumBytes = 16 << 20
    /// The deepest nesting that is accepted; libvirt's formats need less than 20.
    static let maximumDepth = 128

    /// Parses a description that libvirt gave or a caller handed in.
    ///
    /// Document types are refused, so that no entity but XML's own five can occur.
    ///
    /// `name` is what its root must be; nil allows any.
    static func parse(_ text: String, root name: String? = nil) throws(LibvirtError) -> XMLTree {
        func malformed(_ reason: String) -> LibvirtError {
            LibvirtError(code: .xmlError, message: reason, operation: "parse the \(name ?? "element's") XML")
        }
        guard text.utf8.count <= maximumBytes else { throw malformed("it is larger than \(maximumBytes) bytes") }
        guard !text.contains("<!DOCTYPE") else { throw malformed("it has a document type, which is not allowed") }
        let builder = Builder()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = builder
        // What parse() returns is not to be trusted: it is true for unclosed elements. The error is.
        _ = parser.parse()
        guard parser.parserError == nil, builder.isComplete, let root = builder.root else {
            throw malformed(builder.isTooDeep ? "it is nested too deeply" : "it is not well formed")
        }
        if let name, root.name != name { throw malformed("its root is <\(root.name)>, not <\(name)>") }
        return root
    }

    /// Makes a tree of the parser's events.
    private final class Builder: NSObject, XMLParserDelegate {
        var root: XMLTree?
        var isTooDeep = false
        private var open: [XMLTree] = []
        private var hasEnded = false

        /// Whether the document came to its end with every element closed.
        var isComplete: Bool { hasEnded && open.isEmpty && !isTooDeep }

        func parser(
            _ parser: XMLParser,
            didStartElement elementName: String,
            namespaceURI: String?,
            qualifiedName qName: String?,
            attributes attributeDict: [String: String]
        ) {
            guard open.count < maximumDepth else {
                isTooDeep = true
                return parser.abortParsing()
            }
            let element = XMLTree(elementName, attributeDict)
            if let parent = open.last { parent.append(element) } else if root == nil { root = element }
            open.append(element)
        }

        func parser(
            _ parser: XMLParser,
            didEndElement elementName: String,
            namespaceURI: String?,
            qualifiedName qName: String?
        ) {
            _ = open.popLast()
        }

        func parser(_ parser: XMLParser, foundCharacters string: String) {
            add(string)
        }

        func parser(_ parser: XMLParser, foundCDATA CDATABlock: Data) {
            add(String(decoding: CDATABlock, as: UTF8.self))
        }

        func parser(_ parser: XMLParser, foundComment comment: String) {
            open.last?.children.append(.comment(comment))
        }

        func parser(_ parser: XMLParser, foundProcessingInstructionWithTarget target: String, data: String?) {
            open.last?.children.append(.instruction(target: target, data: data))
        }

        func parserDidEndDocument(_ parser: XMLParser) {
            hasEnded = true
        }

        /// Text comes in pieces; neighbours are joined.
        private func add(_ text: String) {
            guard let element = open.last else { return }
            if case .text(let before)? = element.children.last {
                element.children[element.children.count - 1] = .text(before + text)
            } else {
                element.children.append(.text(text))
            }
        }
    }
}

/// Canonical lower-case form of a UUID, nil when it is none.
func canonicalUUID(_ text: String) -> String? {
    UUID(uuidString: text)?.uuidString.lowercased()
}
