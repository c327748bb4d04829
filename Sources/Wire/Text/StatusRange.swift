/// HTTP statuses that count as well or right, as the command lines and the configuration take them: `200-399` or `204`.
package struct StatusRange: Sendable, Equatable, CustomStringConvertible {
    /// The statuses, within 100...599.
    package let values: ClosedRange<Int>

    /// Whatever is neither the client's fault nor the server's: 200 to 399.
    package static let good = StatusRange(values: 200...399)

    private init(values: ClosedRange<Int>) {
        self.values = values
    }

    /// Parses `200-399` or `204`; `nil` for anything else.
    package init?(parsing text: String) {
        let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { part in
            part.count == 3 && part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil
        }
        guard (1...2).contains(numbers.count), let first = numbers[0], let last = numbers[numbers.count - 1],
            first <= last, (100...599).contains(first), (100...599).contains(last)
        else { return nil }
        self.init(values: first...last)
    }

    /// `200-399` or `204`.
    package var description: String {
        values.count == 1 ? "\(values.lowerBound)" : "\(values.lowerBound)-\(values.upperBound)"
    }
}
