import Mustache

/// Text of a page in which nothing is markup: it may come from anywhere.
///
/// What Mustache brings for HTML compares whole characters, and overlooks a `<` that makes one character with the scalar
/// before or behind it. It leaves control characters, too, which XML does not allow.
struct MarkupEscaping: MustacheContentType {
    /// What templates call it.
    static let name = "MARKUP"

    func escapeText(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            case "\n", "\t": escaped.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
