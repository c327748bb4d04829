/// The work that the service does: Fibonacci numbers by naive recursion, whose cost grows by 1.618 with each n.
///
/// The cost is the purpose, so nothing is remembered and no closed form is used.
package enum NaiveFibonacci {
    /// The largest n whose Fibonacci number fits into 64 bits.
    package static let largestExact = 93

    /// The n-th Fibonacci number: F(0) = 0, F(1) = 1.
    ///
    /// - Parameter n: 0 to 93.
    /// - Returns: The number, exact.
    @inline(never)
    package static func naive(_ n: Int) -> UInt64 {
        n < 2 ? UInt64(max(0, n)) : naive(n - 1) &+ naive(n - 2)
    }

    /// The same by the same recursion, which asks `check` now and then whether to go on.
    ///
    /// Subtrees under n = 20 (22,000 calls, far less than a millisecond) run without asking, so that asking costs
    /// nothing that can be measured.
    ///
    /// - Throws: What `check` throws.
    static func interruptible<Failure: Error>(
        _ n: Int,
        check: () throws(Failure) -> Void
    ) throws(Failure) -> UInt64 {
        guard n >= 20 else { return naive(n) }
        try check()
        return try interruptible(n - 1, check: check) &+ interruptible(n - 2, check: check)
    }
}
