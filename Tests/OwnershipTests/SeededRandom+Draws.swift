import Autoscaling

extension SeededRandom {
    /// A number of 0..<bound.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % max(1, bound) }

    /// True once in `n` times.
    mutating func once(in n: Int) -> Bool { below(n) == 0 }

    /// 0..<1.
    mutating func share() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
}
