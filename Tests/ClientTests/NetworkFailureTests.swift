import AsyncHTTPClient
import Client
import NIOCore
import NIOPosix
import Shared
import TestSupport
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// What the client says when a connection fails, with real sockets on loopback.
@Suite("Failures of the network in words", .timeLimit(.minutes(1)))
struct NetworkFailureTests {
    /// How a request to `url` fails.
    func failure(_ url: String, patience: TimeAmount = .seconds(20)) async throws -> AttemptFailure {
        let client = HTTPClient.cms(connectTimeout: .seconds(20), readTimeout: patience)
        defer { client.shutdown().whenComplete { _ in } }
        do {
            let response = try await client.execute(HTTPClientRequest(url: url), timeout: .seconds(40))
            _ = try await response.body.collect(upTo: 1 << 16)
        } catch {
            return AttemptFailure(classifying: error)
        }
        throw AttemptFailure(.final, "it did not fail")
    }

    @Test("a refused connection is not called reset")
    func refused() async throws {
        let failure = try await failure("http://127.0.0.1:\(LoopbackPort.free())/")
        #expect(failure == AttemptFailure(.unreachable, "the connection was refused: no program listens on that port"))
    }

    @Test("a connection that is reset")
    func reset() async throws {
        let failure = try await RawServer.run(.resets) { try await self.failure("http://127.0.0.1:\($0)/") }
        #expect(failure == AttemptFailure(.broken, "the other side reset the connection"))
    }

    @Test(
        "a connection that ends before or within the answer is closed, whatever was said before",
        arguments: [
            RawServer.Behaviour.closes, .says("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"), .says("HTTP/1.1 2"),
            .says("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab"),
        ]
    )
    func closed(behaviour: RawServer.Behaviour) async throws {
        let failure = try await RawServer.run(behaviour) { try await self.failure("http://127.0.0.1:\($0)/") }
        #expect(failure == AttemptFailure(.broken, "the other side closed the connection"))
    }

    @Test("no answer comes in time")
    func timedOut() async throws {
        let failure = try await RawServer.run(.silent) {
            try await self.failure("http://127.0.0.1:\($0)/", patience: .milliseconds(200))
        }
        #expect(failure == AttemptFailure(.timedOut, "no answer in time"))
    }

    @Test("a name that can have no address is asked of no name server")
    func unknownHost() async throws {
        let failure = try await failure("http://a..b:7000/")
        #expect(failure == AttemptFailure(.unreachable, "there is no host of that name"))
    }

    @Test("a host that no way leads to", arguments: [EHOSTUNREACH, ENETUNREACH])
    func unreachable(code: CInt) {
        let failure = AttemptFailure(classifying: IOError(errnoCode: code, reason: "connect"))
        let words = String(cString: strerror(code))
        #expect(failure == AttemptFailure(.unreachable, "the host cannot be reached (\(words))"))
    }

    @Test("a peer that speaks something else")
    func notHTTP() async throws {
        let failure = try await RawServer.run(.says("SSH-2.0-x\r\n\r\n")) {
            try await self.failure("http://127.0.0.1:\($0)/")
        }
        #expect(failure == AttemptFailure(.broken, "the other side does not speak HTTP"))
    }

    @Test("a peer without TLS")
    func notTLS() async throws {
        let failure = try await RawServer.run(.says("HTTP/1.1 400 Bad Request\r\n\r\n")) {
            try await self.failure("https://127.0.0.1:\($0)/")
        }
        #expect(
            failure == AttemptFailure(.unreachable, "no TLS connection: the other side does not speak TLS")
        )
    }
}
