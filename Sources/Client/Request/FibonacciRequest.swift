import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Wire

/// Asks the built-in service for the n-th Fibonacci number, and checks it.
struct FibonacciRequest: ServiceRequest {
    /// The largest answer read, in bytes.
    static let largestAnswer = 16 * 1024

    /// What is asked for.
    let n: Int

    var path: String { "/fib/\(n)" }
    var accept: String { "application/json" }

    func answer(from response: HTTPClientResponse) async throws -> FibonacciAnswer {
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        guard response.status == .ok else { throw AttemptFailure(refusal: response, body: body) }
        guard let answer = try? WireCoding.decode(FibonacciAnswer.self, from: body) else {
            throw AttemptFailure(.final, "the answer is not the JSON of a Fibonacci number")
        }
        try check(answer)
        return answer
    }

    /// Throws unless `answer` is the right one.
    func check(_ answer: FibonacciAnswer) throws {
        guard answer.input == n else {
            throw AttemptFailure(.final, "wrong answer: asked for n = \(n), answered for n = \(answer.input)")
        }
        guard let right = Fibonacci.number(n) else {
            throw AttemptFailure(.final, "F(\(n)) does not fit into 64 bits, so the answer cannot be checked")
        }
        guard answer.result == right else {
            throw AttemptFailure(.final, "wrong answer: F(\(n)) is \(right), not \(answer.result)")
        }
    }
}
