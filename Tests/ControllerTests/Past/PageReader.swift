import Foundation
import FoundationXML

/// What somebody reads on a page, by way of a parser that is not ours.
final class PageReader: NSObject, XMLParserDelegate {
    /// The names of all elements.
    private(set) var elements: Set<String> = []
    /// The cells of each row of a table.
    private(set) var rows: [[String]] = []
    /// The texts of each tile: its name, its value and the note.
    private(set) var tiles: [[String]] = []
    /// The text of each element that has one, and the values of attributes, in order.
    private(set) var texts: [String] = []
    private var text = ""

    /// A page; nothing when it is not well-formed.
    init?(_ page: String) {
        super.init()
        let parser = XMLParser(data: Data(page.utf8))
        parser.delegate = self
        guard parser.parse(), parser.parserError == nil else { return nil }
    }

    func parser(
        _ parser: XMLParser,
        didStartElement name: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        elements.insert(name)
        texts += attributes.values
        text = ""
        if name == "tr" { rows.append([]) }
        if name == "div", attributes["class"] == "tile" { tiles.append([]) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }

    func parser(
        _ parser: XMLParser,
        didEndElement name: String,
        namespaceURI: String?,
        qualifiedName: String?
    ) {
        if !text.isEmpty { texts.append(text) }
        switch name {
        case "td", "th": rows[rows.count - 1].append(text)
        case "dt", "b", "span": tiles[tiles.count - 1].append(text)
        default: break
        }
        text = ""
    }
}
