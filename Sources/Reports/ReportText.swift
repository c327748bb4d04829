import Foundation
import Wire

/// Numbers and times as a report writes them.
package enum ReportText {
    /// A number with at most so many decimals, thousands apart.
    static func number(_ value: Double, decimals: Int = 1) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "–" }
        var factor = 1.0
        for _ in 0..<decimals { factor *= 10 }
        let scaled = Int64((abs(value) * factor).rounded())
        let (whole, part) = (scaled / Int64(factor), scaled % Int64(factor))
        var text = ""
        for (index, digit) in String(whole).reversed().enumerated() {
            if index > 0, index % 3 == 0 { text.append("\u{202F}") }
            text.append(digit)
        }
        text = String(text.reversed())
        if part > 0 {
            let digits = String(part)
            var decimal = String(repeating: "0", count: decimals - digits.count) + digits
            while decimal.hasSuffix("0") { decimal.removeLast() }
            text += "." + decimal
        }
        return value < 0 && scaled > 0 ? "−" + text : text
    }

    /// A number, or a dash where there is none.
    static func number(_ value: Double?, decimals: Int = 1, unit: String = "") -> String {
        value.map { number($0, decimals: decimals) + (unit.isEmpty ? "" : "\u{00A0}\(unit)") } ?? "–"
    }

    /// `1 h 5 min`, `3 min 20 s`, `4.2 s`.
    package static func time(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "–" }
        if seconds < 60 { return number(seconds, decimals: 1, unit: "s") }
        let whole = Int(min(seconds.rounded(), 1e12))
        func two(_ large: Int, _ one: String, _ small: Int, _ other: String) -> String {
            small == 0 ? "\(large)\u{00A0}\(one)" : "\(large)\u{00A0}\(one) \(small)\u{00A0}\(other)"
        }
        if whole < 3600 { return two(whole / 60, "min", whole % 60, "s") }
        if whole < 172_800 { return two(whole / 3600, "h", whole / 60 % 60, "min") }
        return two(whole / 86_400, "d", whole / 3600 % 24, "h")
    }

    /// `2026-01-02 03:04:05` in UTC.
    static func day(_ date: Date) -> String {
        String(date.rfc3339.prefix(19)).replacing("T", with: " ")
    }

    /// `03:04:05` in UTC.
    package static func clock(_ date: Date) -> String { String(date.rfc3339.dropFirst(11).prefix(8)) }
}
