/// One field of a cron line.
struct CronField: Sendable {
    let name: String
    let range: ClosedRange<Int>
    /// Names of the values from the first one on.
    var names: [String] = []

    static let minute = CronField(name: "minute", range: 0...59)
    static let hour = CronField(name: "hour", range: 0...23)
    static let day = CronField(name: "day of month", range: 1...31)
    static let month = CronField(
        name: "month",
        range: 1...12,
        names: ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    )
    static let weekday = CronField(
        name: "weekday",
        range: 0...7,
        names: ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    )

    /// The values of a field's text, one bit each.
    func read(_ text: Substring) throws(CronLine.Failure) -> UInt64 {
        var bits: UInt64 = 0
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let halves = part.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
            guard let values = halves.first else { throw refusal(part) }
            let step = halves.count == 2 ? Int(halves[1]) ?? 0 : 1
            guard step >= 1, step <= range.upperBound + 1 else { throw refusal(part) }
            let span = try span(values, isStepped: halves.count == 2)
            for value in stride(from: span.lowerBound, through: span.upperBound, by: step) {
                bits |= 1 << UInt64(value)
            }
        }
        return bits
    }

    private func span(_ text: Substring, isStepped: Bool) throws(CronLine.Failure) -> ClosedRange<Int> {
        if text == "*" { return self == .weekday ? 0...6 : range }
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = ends.first, ends.count <= 2 else { throw refusal(text) }
        let start = try value(first)
        // `5/15` begins at 5 and goes on to the end.
        let end = ends.count == 2 ? try value(ends[1]) : isStepped ? range.upperBound : start
        guard start <= end else { throw refusal(text) }
        return start...end
    }

    private func value(_ text: Substring) throws(CronLine.Failure) -> Int {
        if let index = names.firstIndex(of: text.lowercased()) { return range.lowerBound + index }
        guard let number = Int(text), range.contains(number) else { throw refusal(text) }
        return number
    }

    private func refusal(_ text: Substring) -> CronLine.Failure {
        CronLine.Failure(description: "`\(text)` is no \(name) (\(range.lowerBound)-\(range.upperBound))")
    }
}

extension CronField: Equatable {}
