/// The answer of `GET /fib/{n}`.
public struct FibonacciAnswer: Codable, Sendable, Equatable {
    /// The n that was asked for.
    public var input: Int
    /// The n-th Fibonacci number.
    public var result: UInt64
    /// The name of the instance that computed it.
    public var server: String

    /// An answer.
    public init(input: Int, result: UInt64, server: String) {
        self.input = input
        self.result = result
        self.server = server
    }
}
