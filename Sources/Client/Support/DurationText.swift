/// Durations as command lines take them: `500ms`, `10s`, `2m`, `1h`, with decimals where wanted (`1.5s`).
package enum DurationText {
    /// The longest duration accepted: 30 days.
    package static let longest: Duration = .seconds(30 * 86400)

    /// Parses `text`; a bare number counts seconds. `nil` when it is not a duration of 0 to 30 days.
    package static func parse(_ text: String) -> Duration? {
        let units: [(suffix: String, milliseconds: Double)] = [
            ("ms", 1), ("s", 1000), ("m", 60_000), ("h", 3_600_000), ("", 1000),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            let number = text.dropLast(unit.suffix.count)
            guard !number.isEmpty, number.count <= 12,
                number.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
                let value = Double(number)
            else { return nil }
            let milliseconds = value * unit.milliseconds
            guard milliseconds <= 30 * 86_400_000 else { return nil }
            return .milliseconds(Int64(milliseconds.rounded()))
        }
        return nil
    }
}
