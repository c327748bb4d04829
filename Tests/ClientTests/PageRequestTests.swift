import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Testing
import Wire

@testable import Client

/// How the answers to a path are judged.
@Suite struct PageRequestTests {
    func answer(
        _ status: Int,
        _ body: String = "hello",
        headers: HTTPHeaders = [:],
        expected: String = "200-399",
        limit: Int = 100_000
    ) async throws -> PageRequest.Answer {
        let expected = try #require(StatusRange(parsing: expected))
        let request = try #require(PageRequest(path: "/", expected: expected, limit: limit))
        let response = HTTPClientResponse(
            status: HTTPResponseStatus(statusCode: status),
            headers: headers,
            body: .bytes(ByteBuffer(string: body))
        )
        return try await request.answer(from: response)
    }

    func failure(_ status: Int, _ body: String = "", headers: HTTPHeaders = [:], limit: Int = 100_000) async
        -> AttemptFailure?
    {
        await #expect(throws: AttemptFailure.self) {
            try await answer(status, body, headers: headers, limit: limit)
        }
    }

    @Test(arguments: [200, 204, 301, 399]) func statusesFrom200To399AreRight(status: Int) async throws {
        #expect(try await answer(status) == PageRequest.Answer(status: status, bytes: 5))
    }

    @Test func otherStatusesAreRightWhenTheyAreExpected() async throws {
        #expect(try await answer(404, expected: "404").status == 404)
        #expect(try await answer(503, expected: "200-599").status == 503)
        await #expect(throws: AttemptFailure.self) { try await answer(200, expected: "404") }
    }

    @Test func whatIsNotExpectedFailsAsItDoesOfFibonacciNumbers() async {
        let busy = await failure(503, headers: ["retry-after": "2"])
        #expect(busy?.kind == .busy(retryAfter: .seconds(2)))
        #expect(await failure(503)?.kind == .busy(retryAfter: nil))
        #expect(await failure(502)?.kind == .serverError)
        let missing = await failure(404)
        #expect(missing?.kind == .final)
        #expect(missing?.reason == "404: Not Found, not 200-399 (--expect)")
        let problem =
            #"{"type":"about:blank","title":"x","status":503,"code":"draining","detail":"the agent is draining"}"#
        #expect(await failure(503, problem)?.reason.hasPrefix("503: the agent is draining") == true)
    }

    @Test func aLongPageAboutAFailureDoesNotHideItsStatus() async {
        #expect(await failure(500, String(repeating: "a", count: 50_000))?.kind == .serverError)
    }

    @Test func aBodyWithoutEndIsGivenUp() async throws {
        #expect(try await answer(200, String(repeating: "a", count: 1000), limit: 1000).bytes == 1000)
        let failure = await failure(200, String(repeating: "a", count: 1001), limit: 1000)
        #expect(failure?.kind == .final)
        #expect(failure?.reason.contains("longer than 1000 bytes") == true)
    }
}
