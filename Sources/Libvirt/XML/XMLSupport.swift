import Foundation
import FoundationXML

/// The largest XML description that is parsed, in bytes; libvirt itself sends at most 16 MiB of string.
private let maximumXMLBytes = 16 << 20

/// Parses a description that libvirt gave or a caller handed in.
///
/// External entities are never loaded.
func parseXML(_ text: String, root name: String) throws(LibvirtError) -> (XMLDocument, XMLElement) {
    func malformed(_ reason: String) -> LibvirtError {
        LibvirtError(code: .xmlError, message: reason, operation: "parse the \(name) XML")
    }
    guard text.utf8.count <= maximumXMLBytes else { throw malformed("it is larger than \(maximumXMLBytes) bytes") }
    let document: XMLDocument
    do {
        document = try XMLDocument(xmlString: text, options: [.nodeLoadExternalEntitiesNever, .nodePreserveWhitespace])
    } catch {
        throw malformed("it is not well formed")
    }
    guard let root = document.rootElement() else { throw malformed("it is empty") }
    guard root.name == name else { throw malformed("its root is <\(root.name ?? "")>, not <\(name)>") }
    return (document, root)
}

extension XMLElement {
    /// The first child element of that name.
    func child(_ name: String) -> XMLElement? {
        elements(forName: name).first
    }

    /// The value of an attribute.
    func value(_ attribute: String) -> String? {
        self.attribute(forName: attribute)?.stringValue
    }

    /// The text without the white space around it, nil when there is none.
    var text: String? {
        guard let text = stringValue?.trimmingCharacters(in: .whitespacesAndNewlines), !text.isEmpty else { return nil }
        return text
    }
}

/// Escapes text for use inside an element or a quoted attribute.
func escapeXML(_ text: String) -> String {
    var escaped = ""
    escaped.reserveCapacity(text.utf8.count)
    for character in text.unicodeScalars {
        switch character {
        case "&": escaped += "&amp;"
        case "<": escaped += "&lt;"
        case ">": escaped += "&gt;"
        case "\"": escaped += "&quot;"
        case "'": escaped += "&apos;"
        default: escaped.unicodeScalars.append(character)
        }
    }
    return escaped
}

/// Canonical lower-case form of a UUID, nil when it is none.
func canonicalUUID(_ text: String) -> String? {
    UUID(uuidString: text)?.uuidString.lowercased()
}
