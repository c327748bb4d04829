#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension Date {
    /// RFC 3339 in UTC with milliseconds: `2026-01-02T03:04:05.678Z`.
    public var rfc3339: String {
        // The style cuts digits off: without rounding, a time that was read back could be a millisecond too early.
        let milliseconds = (timeIntervalSinceReferenceDate * 1000).rounded()
        return Date(timeIntervalSinceReferenceDate: milliseconds / 1000 + 0.000_05)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// Parses RFC 3339 with or without fractions of a second; `nil` for anything else.
    public init?(rfc3339 text: String) {
        guard text.utf8.count <= 40 else { return nil }
        if let date = try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) {
            self = date
        } else if let date = try? Date(text, strategy: Date.ISO8601FormatStyle()) {
            self = date
        } else {
            return nil
        }
    }
}
