import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Lifecycle
@testable import Operator

@Suite("Operators and several controllers", .timeLimit(.minutes(1)))
struct OperatorPlaceTests {
    /// A controller that counts what it is asked, and answers with a problem or with no host at all.
    private final class Fake: Sendable {
        let asked = Mutex(0)
        let problem = Mutex<Problem?>(nil)

        var router: Router<BasicRequestContext> {
            let router = Router()
            let answer: @Sendable (Request, BasicRequestContext) async throws -> Response = { _, _ in
                self.asked.withLock { $0 += 1 }
                if let problem = self.problem.withLock({ $0 }) { throw problem }
                return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: "[]")))
            }
            router.get("/v1/hosts", use: answer)
            router.post("/v1/groups/:group/retry", use: answer)
            return router
        }
    }

    private let authority: TestAuthority
    private let server: RotatingIdentity

    init() throws {
        authority = try TestAuthority()
        server = try RotatingIdentity(authority.server())
    }

    private func withClient<Result>(
        _ controllers: [HostPort],
        _ body: (OperatorClient) async throws -> Result
    ) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try IdentityStore(directory: path).save(authority.client(.operator(name: "boss")))
        return try await body(
            OperatorClient(controllers: #require(ControllerList(controllers)), identityDirectory: path)
        )
    }

    private func place(_ port: Int) -> HostPort { HostPort(host: "127.0.0.1", port: port) }

    @Test("one that is not there, or lets nobody in, is followed by the next, and not asked again each time")
    func next() async throws {
        let fake = Fake()
        try await withLoopbackServer(fake.router, identity: server) { port in
            let tries = Mutex(0)
            try await RawServer.run(.silent, onData: { tries.withLock { $0 += 1 } }) { silent in
                try await withClient([place(9), place(silent), place(port)]) { client in
                    let start = ContinuousClock.now
                    #expect(try await client.hosts().isEmpty)
                    #expect(start.duration(to: .now) < .seconds(6))
                    try await client.retry(group: "web", instance: nil)
                    #expect(fake.asked.withLock { $0 } == 2 && tries.withLock { $0 } == 1)
                }
            }
        }
    }

    @Test("a command goes to the owner that a controller names, and is carried out once")
    func owner() async throws {
        let (first, second) = (Fake(), Fake())
        try await withLoopbackServer(first.router, identity: server) { a in
            try await withLoopbackServer(second.router, identity: server) { b in
                first.problem.withLock { $0 = .otherController(["\(place(b))"], detail: "web is b's") }
                try await withClient([place(a)]) { client in
                    try await client.retry(group: "web", instance: nil)
                    #expect(first.asked.withLock { $0 } == 1 && second.asked.withLock { $0 } == 1)
                }
            }
        }
    }

    @Test("other refusals are final, and two that name each other do not hold an operator up")
    func refusals() async throws {
        let (first, second) = (Fake(), Fake())
        try await withLoopbackServer(first.router, identity: server) { a in
            try await withLoopbackServer(second.router, identity: server) { b in
                first.problem.withLock { $0 = Problem(.conflict, code: "busy", detail: "not now") }
                try await withClient([place(a), place(b)]) { client in
                    let error = await #expect(throws: OperatorClient.Failure.self) {
                        try await client.retry(group: "web", instance: nil)
                    }
                    #expect(error?.description == "not now" && second.asked.withLock { $0 } == 0)
                }
                first.problem.withLock { $0 = .otherController(["\(place(b))"], detail: "web is b's") }
                second.problem.withLock { $0 = .otherController(["\(place(a))"], detail: "web is a's") }
                try await withClient([place(a), place(b)]) { client in
                    let error = await #expect(throws: OperatorClient.Failure.self) { try await client.hosts() }
                    #expect(error?.description.hasPrefix("web is") == true)
                }
                #expect(first.asked.withLock { $0 } + second.asked.withLock { $0 } == 5)
            }
        }
    }
}
