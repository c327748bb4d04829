import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Wire

/// Asks a service of any kind for a path. What the answer holds is counted, not kept.
package struct PageRequest: ServiceRequest, Equatable {
    /// What came of it.
    package struct Answer: Sendable, Equatable {
        /// The HTTP status.
        package var status: Int
        /// The length of the body, in bytes.
        package var bytes: Int
    }

    /// The longest path, in bytes.
    package static let longestPath = 4096
    /// The largest body read, in bytes: 1 GiB. What is longer has no end.
    package static let largestBody = 1 << 30

    package let path: String
    /// The statuses of a right answer.
    package let expected: StatusRange
    /// The largest body read, in bytes.
    let limit: Int

    package var accept: String { "*/*" }

    /// A request; `nil` when `path` is none: from `/` on, of visible ASCII, without a fragment, at most
    /// ``longestPath`` bytes.
    package init?(path: String, expected: StatusRange = .good, limit: Int = Self.largestBody) {
        guard path.hasPrefix("/"), path.utf8.count <= Self.longestPath,
            path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") })
        else { return nil }
        self.path = path
        self.expected = expected
        self.limit = limit
    }

    package func answer(from response: HTTPClientResponse) async throws -> Answer {
        let status = Int(response.status.code)
        guard expected.values.contains(status) else {
            // A page about the failure may be long or break off: the status says enough.
            let body = (try? await response.body.collect(upTo: AttemptFailure.largestRefusal)) ?? ByteBuffer()
            throw AttemptFailure(refusal: response, body: body, expectation: "not \(expected) (--expect)")
        }
        var bytes = 0
        for try await part in response.body {
            bytes += part.readableBytes
            guard bytes <= limit else {
                throw AttemptFailure(.final, "the answer is longer than \(limit) bytes, which is as much as is read")
            }
        }
        return Answer(status: status, bytes: bytes)
    }
}
