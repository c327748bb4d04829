import Wire

/// What kind of value a key takes.
package indirect enum ValueKind: Sendable {
    /// A text.
    case text(TextForm)
    /// One of these words.
    case choice([String])
    /// `on` or `off`, `true` or `false`.
    case onOff
    /// A whole number.
    case integer(ClosedRange<Int>)
    /// A number.
    case number(NumberRange)
    /// A time.
    case duration(ClosedRange<Duration>)
    /// An amount of memory.
    case bytes(ClosedRange<Int64>)
    /// An amount of memory, or a part of the host's.
    case bytesOrPercent
    /// A number above zero, or one that is written as a time or as a percentage.
    case amount
    /// Several values of one kind, in order.
    case list(ValueKind, count: ClosedRange<Int>, commas: Bool)
    /// Names with values, both chosen by the user.
    case labels
    /// A mapping of known keys.
    case mapping(MappingDescription)
    /// A mapping of names that the user chooses to mappings of known keys.
    case named(MappingDescription, count: ClosedRange<Int>)
}

/// The numbers that a key takes.
package struct NumberRange: Sendable, Equatable {
    var lower: Double
    var upper: Double
    var isAboveLower = false
    var isBelowUpper = false
    var isPercentage = true

    /// Whether a number is one of them.
    package func contains(_ number: Double) -> Bool {
        (isAboveLower ? number > lower : number >= lower) && (isBelowUpper ? number < upper : number <= upper)
    }

    /// `above 0 and below 100`, `from 0 to 1`.
    package var description: String {
        let (low, high) = (DecimalText.text(lower), DecimalText.text(upper))
        return switch (isAboveLower, isBelowUpper) {
        case (false, false): "from \(low) to \(high)"
        case (true, true): "above \(low) and below \(high)"
        case (true, false): "above \(low) and at most \(high)"
        case (false, true): "at least \(low) and below \(high)"
        }
    }
}

/// A mapping of known keys.
package struct MappingDescription: Sendable {
    /// The keys, in the order in which they are explained.
    var keys: [KeyDescription]
    /// Exactly one of these must be given; empty: no such rule.
    var exactlyOne: [String] = []
    /// The key that a single value in place of the mapping is taken for.
    var shorthand: String?

    /// The description of a key.
    subscript(_ name: String) -> KeyDescription? {
        keys.first { $0.name == name }
    }
}

extension ValueKind {
    /// The most labels.
    static let labelLimit = 32

    /// What a valid value is, in words; empty for mappings.
    var expectation: String {
        switch self {
        case .text(let form): form.placeholder
        case .choice(let words): words.joined(separator: " or ")
        case .onOff: "on or off"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range): "a \(range.isPercentage ? "percentage" : "number") \(range.description)"
        case .duration(let range):
            "a time from \(DurationText.text(range.lowerBound)) to \(DurationText.text(range.upperBound))"
        case .bytes(let range): "memory from \(ByteText.text(range.lowerBound)) to \(ByteText.text(range.upperBound))"
        case .bytesOrPercent: "memory such as 512MiB, or a part of the host's such as 5%"
        case .amount: "a number above 0, a time such as 250ms, or a percentage such as 70%"
        case .list(let kind, let count, _): "\(count.lowerBound) to \(count.upperBound) of: \(kind.expectation)"
        case .labels: "{NAME: VALUE, …}, up to \(Self.labelLimit)"
        case .mapping, .named: ""
        }
    }

    /// Whether it is one value, as flags and variables can give it.
    var isScalar: Bool {
        switch self {
        case .list(_, _, let commas): commas
        case .labels, .mapping, .named: false
        default: true
        }
    }
}
