/// Numbers for people and logs, independent of any locale.
enum NumberText {
    /// `value` with exactly `places` decimals, rounded half away from zero; `-` for what is not a number.
    static func decimal(_ value: Double, places: Int) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "-" }
        var scale = 1.0
        for _ in 0..<places { scale *= 10 }
        let scaled = Int64((abs(value) * scale).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        var digits = String(scaled)
        guard places > 0 else { return sign + digits }
        if digits.count <= places { digits = String(repeating: "0", count: places + 1 - digits.count) + digits }
        return "\(sign)\(digits.dropLast(places)).\(digits.suffix(places))"
    }

    /// A time in the unit that reads best: `850 µs`, `12.3 ms`, `2.31 s`.
    static func time(_ seconds: Double) -> String {
        switch seconds {
        case ..<0.001: "\(decimal(seconds * 1e6, places: 0)) µs"
        case ..<1: "\(decimal(seconds * 1e3, places: 1)) ms"
        default: "\(decimal(seconds, places: 2)) s"
        }
    }

    /// `seconds` to the microsecond, for machines.
    static func microseconds(_ seconds: Double) -> Double {
        (seconds * 1e6).rounded() / 1e6
    }

    /// Text from a peer without control characters, at most `limit` characters.
    static func clean(_ text: String, limit: Int) -> String {
        let scalars = text.unicodeScalars.lazy.map { scalar -> Character in
            scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format
                ? "?" : Character(scalar)
        }
        let shown = String(scalars.prefix(limit + 1))
        return shown.count > limit ? String(shown.prefix(limit - 1)) + "…" : shown
    }
}
