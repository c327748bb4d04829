/// The n that requests ask for, as the command line takes them: `30...33`, `30-33` or `30`.
package struct FibonacciRange: Sendable, Equatable, CustomStringConvertible {
    /// The n, within 0...93.
    package let values: ClosedRange<Int>

    /// A range; `nil` when it leaves 0...93.
    package init?(_ values: ClosedRange<Int>) {
        guard values.lowerBound >= 0, values.upperBound <= Fibonacci.largestN else { return nil }
        self.values = values
    }

    /// Parses `30...33`, `30-33` or `30`; `nil` for anything else.
    package init?(parsing text: String) {
        guard text.utf8.count <= 16 else { return nil }
        let separator = text.contains("...") ? "..." : "-"
        let parts = text.split(separator: separator, omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part in part.allSatisfy { $0.isASCII && $0.isNumber } ? Int(part) : nil }
        guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last,
            numbers.count <= 2, first <= last
        else { return nil }
        self.init(first...last)
    }

    /// `30...33` or `30`.
    package var description: String {
        values.count == 1 ? "\(values.lowerBound)" : "\(values.lowerBound)...\(values.upperBound)"
    }
}
