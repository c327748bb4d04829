import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Shared
import Wire

/// A GET that any endpoint of a service can answer, and how its answer is judged.
package protocol ServiceRequest: Sendable {
    /// What a right answer is read as.
    associatedtype Answer: Sendable

    /// What comes after the endpoint's URL, from `/` on, with the query.
    var path: String { get }
    /// The kinds of body that are understood, for the field Accept.
    var accept: String { get }

    /// Reads the answer to its end, within a bound.
    ///
    /// - Throws: AttemptFailure when it is not right; what the connection fails of.
    func answer(from response: HTTPClientResponse) async throws -> Answer
}

extension AttemptFailure {
    /// The largest body of a refusal that is read for its reason, in bytes.
    static let largestRefusal = 16 * 1024

    /// What an answer with a status that is not the right one means for the request.
    ///
    /// - Parameters:
    ///   - response: The answer.
    ///   - body: Its body, whose reason is taken when it is a Problem's JSON.
    ///   - expectation: What would have been right, for behind the reason; `nil` where that is plain.
    init(refusal response: HTTPClientResponse, body: ByteBuffer, expectation: String? = nil) {
        let problem = try? WireCoding.decode(Problem.self, from: body)
        let reason = problem?.detail ?? response.status.reasonPhrase
        let text = "\(response.status.code): \(reason)\(expectation.map { ", \($0)" } ?? "")"
        switch response.status.code {
        case 503:
            let seconds = response.headers.first(name: "retry-after").flatMap { Int($0) }
            self.init(.busy(retryAfter: seconds.map { .seconds(max(0, min($0, 60))) }), text)
        case 500...599: self.init(.serverError, text)
        default: self.init(.final, text)
        }
    }
}
