import Foundation
import Lifecycle
import Wire

/// What `cms-controller events` prints: a line for each event.
package struct EventText: Sendable {
    private static let kindWidth = ControllerEvent.Kind.allCases.map(\.rawValue.count).max() ?? 0
    private static let placeWidth = 16
    private let style: TextStyle

    /// Lines in a style.
    package init(style: TextStyle = .plain) {
        self.style = style
    }

    /// `TIME KIND GROUP/INSTANCE DETAIL [OPERATOR]`; the widths are the same for each line.
    package func line(_ event: ControllerEvent) -> String {
        let place = [event.group, event.instance].compactMap { $0 }.joined(separator: "/")
        let cells = [
            style.paint(event.at.rfc3339, .dim),
            Self.pad(event.kind.rawValue, to: Self.kindWidth, style, event.kind.tone),
            Self.pad(place.isEmpty ? "-" : place, to: Self.placeWidth, style, .plain),
            PrintableText.of(event.detail),
        ]
        // Where the words do not say who it was.
        let by = event.by.flatMap { event.detail.contains($0) ? nil : " [\(PrintableText.of($0))]" } ?? ""
        return cells.joined(separator: "  ") + by
    }

    private static func pad(_ text: String, to width: Int, _ style: TextStyle, _ tone: TextStyle.Tone) -> String {
        let text = PrintableText.of(text)
        return style.paint(text, tone) + String(repeating: " ", count: max(0, width - TextTable.width(of: text)))
    }
}
