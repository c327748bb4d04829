import Foundation
import Wire

/// A table of text with columns as wide as their widest cell; the last one as it is.
package struct TextTable: Sendable {
    /// A cell.
    package struct Cell: Sendable, ExpressibleByStringLiteral {
        package let text: String
        let tone: TextStyle.Tone

        /// A cell.
        package init(_ text: String, _ tone: TextStyle.Tone = .plain) {
            self.text = PrintableText.of(text)
            self.tone = tone
        }

        /// A plain cell.
        package init(stringLiteral value: String) { self.init(value) }
    }

    /// The rows, the heading first.
    package var rows: [[Cell]]

    /// A table with a heading.
    package init(heading: [String]) {
        rows = [heading.map { Cell($0, .dim) }]
    }

    /// The lines.
    package func lines(_ style: TextStyle) -> [String] {
        let count = rows.map(\.count).max() ?? 0
        let widths = (0..<count).map { column in
            rows.map { column < $0.count ? Self.width(of: $0[column].text) : 0 }.max() ?? 0
        }
        return rows.map { row in
            row.enumerated().map { column, cell in
                let text = style.paint(cell.text, cell.tone)
                guard column < row.count - 1 else { return text }
                return text + String(repeating: " ", count: widths[column] - Self.width(of: cell.text) + 2)
            }.joined()
        }
    }

    /// How many columns of a terminal the text takes: two for a wide character, none for a mark on another one.
    package static func width(of text: String) -> Int {
        text.reduce(0) { $0 + width(of: $1) }
    }

    private static func width(of character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        if character.unicodeScalars.contains(where: { $0.properties.isEmojiPresentation }) { return 2 }
        let wide: [ClosedRange<UInt32>] = [
            0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x20000...0x3FFFD,
        ]
        return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
