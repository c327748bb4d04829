import Foundation
import Lifecycle

/// What `status --watch` shows: a picture that is drawn anew on a terminal, and a text for each change elsewhere.
package struct StatusScreen: Sendable {
    /// Makes the terminal ready: lines that are too long are cut off and not wrapped.
    package static let begin = "\u{1B}[?7l\u{1B}[2J"
    /// Puts it back.
    package static let end = "\u{1B}[?7h"

    private var last: [String]?

    /// A screen that has shown nothing yet.
    package init() {}

    /// What draws the text over what is there.
    ///
    /// - Parameter height: The terminal's lines; what does not fit is left out, and said so.
    package static func redraw(_ text: String, height: Int) -> String {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0) }
        let room = max(2, height) - 1
        if lines.count > room {
            let hidden = lines.count - room + 1
            lines = Array(lines.prefix(room - 1)) + ["(\(hidden) more lines; enlarge the terminal)"]
        }
        return "\u{1B}[H" + lines.map { $0 + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }

    /// Whether something changed that is worth another text: loads and ages alone are not.
    package mutating func isNews(_ groups: [GroupStatus]) -> Bool {
        let now = groups.map { group in
            var words = ["\(group.group) \(group.mode) \(group.minimum) \(group.maximum) \(group.revision)"]
            if let bounds = group.boundsInForce {
                words.append("\(bounds.minimum) \(bounds.maximum) \(bounds.setting ?? "")")
            }
            words += group.instances.map { "\($0.name) \($0.state.rawValue) \($0.isProtected) \($0.reason)" }
            words.append("\(group.steering.map { "\($0)" } ?? "") \(group.breaker != nil)")
            words.append("\(group.rollout.map { "\($0.phase) \($0.reason)" } ?? "")")
            words.append("\(group.isStoreFailing) \(group.isHypervisorLost) \(group.lastOrderAt?.description ?? "")")
            return words.joined(separator: "\n")
        }
        defer { last = now }
        return now != last
    }
}
