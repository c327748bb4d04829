import Foundation
import FoundationXML

/// Reads a domain's XML without the code under test.
struct DomainXMLReader {
    var oemStrings: [String]
    var smbiosMode: String?

    init(_ text: String) throws {
        let document = try XMLDocument(xmlString: text)
        oemStrings = try document.nodes(forXPath: "/domain/sysinfo[@type='smbios']/oemStrings/entry")
            .map { $0.stringValue ?? "" }
        smbiosMode = try document.nodes(forXPath: "/domain/os/smbios/@mode").first?.stringValue
    }
}

/// Reads one element without the code under test.
struct XMLElementReader {
    private let document: XMLDocument

    init(_ text: String) throws {
        document = try XMLDocument(xmlString: text)
    }

    func attribute(_ name: String) throws -> String? {
        document.rootElement()?.attribute(forName: name)?.stringValue
    }

    func text(_ path: String) throws -> [String] {
        try document.nodes(forXPath: path).map { $0.stringValue ?? "" }
    }
}
