// Rounding links libm, which nothing else here asks for.
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Numbers and times as the records write them.
enum ReasonFormat {
    /// `80 %`.
    static func percent(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "? %" }
        return "\(Int(value.rounded())) %"
    }

    /// `1234`, `54.3`, `0.0125`: three digits at least of what is below a hundred.
    static func number(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return "?" }
        let size = abs(value)
        let scale = size >= 100 ? 1.0 : size >= 1 ? 10 : size >= 0.01 ? 1000 : 1_000_000
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
    }

    /// A number of a metric with its unit: `54`, `250 ms`, `1.5 s`, `70 %`.
    static func number(_ value: Double, _ unit: MetricTarget.Metric.Unit) -> String {
        switch unit {
        case .count: number(value)
        case .seconds: abs(value) < 1 ? "\(number(value * 1000)) ms" : "\(number(value)) s"
        case .percent: percent(value)
        }
    }

    /// Like `time`, with the sign of a negative one.
    static func signed(_ duration: Duration) -> String {
        duration < .zero ? "-\(time(.zero - duration))" : time(duration)
    }

    /// `2026-11-27T20:30:00Z` for seconds since 1970.
    static func date(_ seconds: Int64) -> String {
        let ofDay = (seconds % 86_400 + 86_400) % 86_400
        let date = CivilDate(day: (seconds - ofDay) / 86_400)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(date.year)-\(two(date.month))-\(two(date.day))"
            + "T\(two(ofDay / 3600)):\(two(ofDay / 60 % 60)):\(two(ofDay % 60))Z"
    }

    /// `4 min 10 s`, `1 h`, `0.4 s`; rounded up, so that what is announced for then has come by then.
    static func time(_ duration: Duration) -> String {
        let exact = duration / .seconds(1)
        if exact > 0, exact < 1 { return "\((exact * 10).rounded(.up) / 10) s" }
        let seconds = Int(min(1e12, max(0, exact)).rounded(.up))
        switch seconds {
        case ..<60: return "\(seconds) s"
        case ..<3600: return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
        default: return seconds / 60 % 60 == 0 ? "\(seconds / 3600) h" : "\(seconds / 3600) h \(seconds / 60 % 60) min"
        }
    }
}
