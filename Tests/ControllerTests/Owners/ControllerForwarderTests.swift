import Foundation
import HTTPTypes
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import ControllerHTTP
@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

extension SocketTests {
    @Suite("Passing a request on to another controller")
    struct Forwarding {
        private func withForwarder(
            _ body: @Sendable (ControllerForwarder) async throws -> Void
        ) async throws {
            let authority = try CertificateAuthority(now: Date())
            let leaf = IssuingPolicy().controller(names: ["localhost"], addresses: [])
            let forwarder = ControllerForwarder(
                identity: try RotatingIdentity(try authority.makeIdentity(leaf, now: Date()))
            )
            let result: Result<Void, any Error>
            do { result = .success(try await body(forwarder)) } catch { result = .failure(error) }
            await forwarder.shutdown()
            try result.get()
        }

        private func request(_ limit: Duration, reads: Bool = true) -> ForwardedRequest {
            ForwardedRequest(method: reads ? .get : .post, path: "/v1/groups", onBehalfOf: "boss", limit: limit)
        }

        @Test("one that says nothing is left when the time is over")
        func time() async throws {
            try await withForwarder { forwarder in
                try await RawServer.run(.silent) { port in
                    let begin = ContinuousClock.now
                    await #expect(throws: (any Error).self) {
                        try await forwarder.forward(request(.milliseconds(300)), to: ["127.0.0.1:\(port)"])
                    }
                    #expect(ContinuousClock.now - begin < .seconds(3))
                }
            }
        }

        @Test("the next address is tried where the first is no controller's")
        func addresses() async throws {
            try await OwnersLab.run { lab in
                let member = try await lab.start(minimum: 5)
                member.owners.set(["web": .here, "db": .here])
                let leaf = IssuingPolicy().controller(names: ["localhost"], addresses: [])
                let forwarder = ControllerForwarder(
                    identity: try RotatingIdentity(try lab.authority.makeIdentity(leaf, now: Date()))
                )
                let answer = try? await forwarder.forward(
                    request(.seconds(5)),
                    to: ["127.0.0.1:1", member.address]
                )
                let command = try? await forwarder.forward(
                    ForwardedRequest(
                        method: .post,
                        path: "/v1/groups/web/retry",
                        onBehalfOf: "boss",
                        limit: .seconds(5)
                    ),
                    to: ["127.0.0.1:1", member.address]
                )
                await forwarder.shutdown()
                #expect(answer?.status == 200 && answer?.contentType == "application/json")
                #expect(command?.status == 202)
            }
        }

        @Test("an answer of more than eight mebibytes is none")
        func size() async throws {
            try await OwnersLab.run { lab in
                let member = try await lab.start()
                let detail = String(repeating: "a", count: 1024)
                let events = (0..<10_000).map { _ in ControllerEvent(.overload, at: Date(), detail: detail) }
                try await lab.store.commit(StoreChange(events: events))
                let leaf = IssuingPolicy().controller(names: ["localhost"], addresses: [])
                let forwarder = ControllerForwarder(
                    identity: try RotatingIdentity(try lab.authority.makeIdentity(leaf, now: Date()))
                )
                func ask(_ count: Int) async throws -> ForwardedAnswer {
                    try await forwarder.forward(
                        ForwardedRequest(
                            method: .get,
                            path: "/v1/events?limit=\(count)",
                            onBehalfOf: "boss",
                            limit: .seconds(10)
                        ),
                        to: [member.address]
                    )
                }
                let few = try? await ask(100)
                await #expect(throws: NIOTooManyBytesError.self) { try await ask(10_000) }
                await forwarder.shutdown()
                #expect(few?.status == 200)
            }
        }

        @Test("a controller of another authority is told nothing")
        func foreign() async throws {
            try await OwnersLab.run { lab in
                let member = try await lab.start()
                member.owners.set(["web": .here, "db": .here])
                try await withForwarder { forwarder in
                    await #expect(throws: (any Error).self) {
                        try await forwarder.forward(request(.seconds(5), reads: false), to: [member.address])
                    }
                }
                #expect(member.commands.value.isEmpty)
            }
        }
    }
}
