/// A small generator of random numbers: the same seed gives the same numbers everywhere.
struct HistoryRandom {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x2545_F491_4F6C_DD1D
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number of 0..<bound.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % (bound > 1 ? bound : 1) }

    /// A number of the range.
    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// True once in `n` times.
    mutating func once(in n: Int) -> Bool { below(n) == 0 }
}

/// A running hash of everything that a history did.
struct HistoryHash: Equatable {
    private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    mutating func add(_ number: UInt64) { value = (value ^ number) &* 0x0000_0100_0000_01B3 }
    mutating func add(_ number: Int) { add(UInt64(bitPattern: Int64(number))) }
}
