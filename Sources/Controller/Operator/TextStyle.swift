import Foundation
import Lifecycle
import Logging

/// How text is set off: with colours on a terminal that has them, not at all elsewhere.
package struct TextStyle: Sendable, Equatable {
    /// What a piece of text says by its colour.
    package enum Tone: String, Sendable {
        /// Nothing.
        case plain
        /// All is well.
        case good = "32"
        /// Something is on its way.
        case busy = "33"
        /// Something is wrong.
        case bad = "31"
        /// It matters less.
        case dim = "2"
        /// It matters more.
        case strong = "1"
    }

    /// Whether colours are written.
    package let hasColors: Bool

    /// Without colours.
    package static let plain = TextStyle(hasColors: false)

    /// A style.
    package init(hasColors: Bool) {
        self.hasColors = hasColors
    }

    /// Colours on a terminal, unless `NO_COLOR` is set to anything or the terminal has none.
    package init(isTerminal: Bool, environment: [String: String]) {
        let kind = environment["TERM"] ?? ""
        let isUnwanted = !(environment["NO_COLOR"] ?? "").isEmpty
        hasColors = isTerminal && !isUnwanted && !kind.isEmpty && kind != "dumb"
    }

    /// The text in that tone.
    package func paint(_ text: String, _ tone: Tone) -> String {
        hasColors && tone != .plain && !text.isEmpty ? "\u{1B}[\(tone.rawValue)m\(text)\u{1B}[0m" : text
    }

    /// The text on one line and without anything that a terminal would obey: it may come from a guest.
    package static func clean(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isControl) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            result.append(scalar == "\n" || scalar == "\t" ? " " : isControl(scalar) ? "\u{FFFD}" : scalar)
        }
        return String(result)
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: (0x202A...0x202E).contains(scalar.value) || (0x2066...0x2069).contains(scalar.value)
        }
    }
}

extension InstanceState {
    /// How it is set off.
    var tone: TextStyle.Tone {
        switch self {
        case .inService: .good
        case .unhealthy, .failed, .quarantined: .bad
        case .off: .dim
        case .standby: .plain
        default: .busy
        }
    }
}

extension ControllerEvent.Kind {
    /// How it is set off.
    var tone: TextStyle.Tone {
        switch level {
        case .error, .critical: .bad
        case .warning: .busy
        case .trace, .debug: .dim
        default: .plain
        }
    }
}
