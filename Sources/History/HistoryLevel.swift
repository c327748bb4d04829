/// How finely the past is kept, and for how long.
package enum HistoryLevel: Int64, Sendable, CaseIterable {
    /// One row a second, for an hour.
    case second = 1
    /// One row in ten seconds, for a day.
    case tenSeconds = 10
    /// One row a minute, for thirty days.
    case minute = 60

    /// The time of one row, seconds.
    package var width: Int64 { rawValue }

    /// How long a row is kept, seconds.
    package var age: Int64 {
        switch self {
        case .second: 3600
        case .tenSeconds: 86_400
        case .minute: 30 * 86_400
        }
    }

    /// The begin of the row that a second belongs to.
    package func begin(of second: Int64) -> Int64 { second.begin(of: width) }
}

extension Int64 {
    /// The begin of the bucket of that width that it lies in.
    package func begin(of width: Int64) -> Int64 {
        let rest = self % width
        return rest < 0 ? self - rest - width : self - rest
    }
}
