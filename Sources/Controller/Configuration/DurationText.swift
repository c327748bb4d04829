/// Durations as people write them: `500ms`, `10s`, `5m`, `24h`, `30d`.
public enum DurationText {
    private static let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400),
    ]

    /// Parses a number with a unit; `nil` for anything else, negative or above ten years.
    public static func parse(_ text: String) -> Duration? {
        for (suffix, factor) in units where text.hasSuffix(suffix) {
            let digits = text.dropLast(suffix.count)
            guard let number = Double(digits), digits.first?.isNumber ?? false, number.isFinite,
                (0...315_360_000).contains(number * factor)
            else { continue }
            return .milliseconds(Int64((number * factor * 1000).rounded()))
        }
        return nil
    }
}
