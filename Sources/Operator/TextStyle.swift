import Foundation
import Lifecycle

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
        switch severity {
        case .error: .bad
        case .warning: .busy
        case .info: .plain
        }
    }
}
