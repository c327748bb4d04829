/// Durations as people write them: `500ms`, `10s`, `1.5m`, `24h`, `30d`.
public enum DurationText {
    /// What is accepted, by where it is written.
    public enum Form: Sendable {
        /// In settings and in the controller's options: a number with a unit, up to ten years.
        case setting
        /// In the client's options: days are not a unit, a bare number counts seconds, up to 30 days.
        case option

        /// The longest duration, seconds.
        fileprivate var longest: Double {
            switch self {
            case .setting: 315_360_000
            case .option: 30 * 86400
            }
        }

        fileprivate func accepts(_ unit: (suffix: String, seconds: Double)) -> Bool {
            switch self {
            case .setting: !unit.suffix.isEmpty
            case .option: unit.suffix != "d"
            }
        }

        fileprivate func number(_ text: Substring) -> Double? {
            switch self {
            case .setting: text.first?.isNumber ?? false ? Double(text) : nil
            case .option: text.count <= 12 && text.allSatisfy { $0.isASCIIDigit || $0 == "." } ? Double(text) : nil
            }
        }
    }

    /// Longer suffixes first where one ends with another.
    private static let units: [(suffix: String, seconds: Double)] = [
        ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86400), ("", 1),
    ]

    /// Parses `text`, rounded to milliseconds; `nil` when it is not a duration of that form, or negative.
    public static func parse(_ text: String, as form: Form = .setting) -> Duration? {
        for unit in units where form.accepts(unit) && text.hasSuffix(unit.suffix) {
            guard let number = form.number(text.dropLast(unit.suffix.count)), number.isFinite,
                (0...form.longest).contains(number * unit.seconds)
            else { continue }
            return .milliseconds(Int64((number * unit.seconds * 1000).rounded()))
        }
        return nil
    }

    /// The text of a duration in the largest unit that counts it in whole numbers; parts of a millisecond are left out.
    public static func text(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        guard milliseconds == 0 else { return "\(seconds * 1000 + milliseconds)ms" }
        let units: [(suffix: String, seconds: Int64)] = [("d", 86400), ("h", 3600), ("m", 60)]
        for unit in units where seconds != 0 && seconds % unit.seconds == 0 {
            return "\(seconds / unit.seconds)\(unit.suffix)"
        }
        return "\(seconds)s"
    }
}
