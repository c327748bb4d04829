import Foundation
import HTTPTypes
import NIOCore
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import GuestAgent

@Suite("An agent and several controllers", .serialized, .timeLimit(.minutes(2)))
struct SeveralControllersTests {
    private let authority: TestAuthority
    private let a: FakeController
    private let b: FakeController

    init() throws {
        authority = try TestAuthority()
        a = try FakeController(authority)
        b = try FakeController(authority)
    }

    private func configuration(_ controllers: [HostPort], directory: String) throws -> AgentConfiguration {
        let state = AgentStateDirectory(path: directory)
        if try state.identity.load() == nil {
            try state.identity.save(authority.server(.agent(uuid: FakeController.uuid)))
        }
        var configuration = AgentConfiguration(
            listen: HostPort(host: "127.0.0.1", port: 0),
            controllers: try #require(ControllerList(controllers, remembered: state.controllers)),
            uuid: FakeController.uuid,
            state: state,
            workers: 1,
            credentials: { Credentials() },
            timing: testTiming()
        )
        // A back-off would show.
        configuration.timing.session = Backoff(base: .seconds(20), maximum: .seconds(20))
        return configuration
    }

    private func withTwo(
        _ body: @escaping @Sendable (_ a: HostPort, _ b: HostPort, _ directory: String) async throws -> Void
    ) async throws {
        try await withTemporaryDirectory { directory in
            try await a.serve { [b] first in
                try await b.serve { second in try await body(first, second, directory) }
            }
        }
    }

    private func hasSession(_ fake: FakeController, _ agent: Agent, within limit: Duration = .seconds(10)) async throws
    {
        try await eventually("a session", within: limit) { fake.openStreams == 1 && agent.status.hasSession }
    }

    @Test("it registers with the owner of its group, of which it knew nothing, without a back-off")
    func registersAtOwner() async throws {
        try await withTwo { [a, b] first, second, directory in
            a.knobs.withLock {
                $0.registration = .problem(.otherController(["\(second)", "\(first)"], detail: "it is b's"))
            }
            try await withAgent(configuration([first], directory: directory)) { agent in
                try await hasSession(b, agent)
                #expect(!a.seen.registrations.isEmpty && a.seen.streams == 0)
                try await eventually("it reports there") { !b.seen.reports.isEmpty }
                #expect(a.seen.reports.isEmpty)
            }
            #expect(AgentStateDirectory(path: directory).controllers == [second, first])
        }
    }

    @Test("a report that is refused because the group has moved moves the session")
    func moves() async throws {
        try await withTwo { [a, b] first, second, directory in
            a.knobs.withLock { $0.reportSeconds = 0.1 }
            try await withAgent(configuration([first], directory: directory)) { agent in
                try await hasSession(a, agent)
                a.knobs.withLock { $0.reports = .problem(.otherController(["\(second)"], detail: "it is b's")) }
                try await hasSession(b, agent)
                #expect(a.openStreams == 0)
            }
        }
    }

    @Test("when its controller is gone it is at the next one within a second, and has a list that outlives it")
    func nextOne() async throws {
        try await withTemporaryDirectory { directory in
            let first = HostPort(host: "127.0.0.1", port: try await LoopbackPort.free())
            try await b.serve { [a, b] second in
                a.knobs.withLock { $0.controllers = ["\(first)", "\(second)", "nonsense"] }
                let (isThere, end) = (Latch<Void>(), Latch<Void>())
                try await withBackground { background in
                    background.start {
                        try await a.serve(port: first.port) { _ in
                            isThere.set(())
                            try await end.wait()
                        }
                    }
                    try await isThere.wait()
                    try await withAgent(configuration([first], directory: directory)) { agent in
                        try await hasSession(a, agent)
                        let start = ContinuousClock.now
                        end.set(())
                        try await hasSession(b, agent)
                        // What the test's server takes to stop is in this, too.
                        #expect(start.duration(to: .now) < .seconds(8))
                    }
                }
                #expect(AgentStateDirectory(path: directory).controllers == [first, second])
                // Started anew with the one that is gone it still finds the other.
                try await withAgent(configuration([first], directory: directory)) { agent in
                    try await hasSession(b, agent)
                }
            }
        }
    }

    @Test("a controller that lets nobody in is given up after a second")
    func silentOne() async throws {
        try await withTwo { [b] _, second, directory in
            try await RawServer.run(.silent) { port in
                let silent = HostPort(host: "127.0.0.1", port: port)
                let start = ContinuousClock.now
                try await withAgent(configuration([silent, second], directory: directory)) { agent in
                    try await hasSession(b, agent)
                    let time = start.duration(to: .now)
                    #expect(time >= .milliseconds(900) && time < .milliseconds(2900), "\(time)")
                }
            }
        }
    }

    @Test("two that name each other are left alone for a while")
    func contradiction() async throws {
        try await withTwo { [a, b] first, second, directory in
            a.knobs.withLock { $0.registration = .problem(.otherController(["\(second)"], detail: "it is b's")) }
            b.knobs.withLock { $0.registration = .problem(.otherController(["\(first)"], detail: "it is a's")) }
            try await withAgent(configuration([first], directory: directory)) { _ in
                let count = { a.seen.registrations.count + b.seen.registrations.count }
                try await eventually("all hops are made") { count() == 1 + ControllerRotation.longestChain }
                try await Task.sleep(for: .milliseconds(300))
                #expect(count() == 1 + ControllerRotation.longestChain)
            }
        }
    }

    @Test("while the group has no owner it asks again shortly")
    func unowned() async throws {
        try await withTwo { [a, b] first, second, directory in
            let problem = Problem.noController(["\(first)", "\(second)"], detail: "shortly")
            for fake in [a, b] { fake.knobs.withLock { $0.registration = .problem(problem) } }
            try await withAgent(configuration([first], directory: directory)) { agent in
                try await eventually("both are asked twice") {
                    a.seen.registrations.count >= 2 && b.seen.registrations.count >= 2
                }
                b.knobs.withLock { $0.registration = .proper }
                try await hasSession(b, agent)
            }
        }
    }

    @Test("any controller enrolls and renews, with one key for one token")
    func enrolls() async throws {
        try await withTwo { [a, b] first, second, directory in
            a.knobs.withLock { $0.enrollment = .refuse(.internalServerError, code: "internal") }
            let gone = HostPort(host: "127.0.0.1", port: 9)
            let credentials = Credentials(token: "the-token", authorityHash: try b.pin)
            var configuration = AgentConfiguration(
                listen: HostPort(host: "127.0.0.1", port: 0),
                controllers: try #require(ControllerList([gone, first, second])),
                uuid: FakeController.uuid,
                state: AgentStateDirectory(path: directory),
                workers: 1,
                credentials: { credentials },
                timing: testTiming()
            )
            configuration.timing.enrollment = Backoff(base: .seconds(20), maximum: .seconds(20))
            try await withAgent(configuration) { agent in
                try await eventually("it enrolls") { b.seen.issued.count == 1 }
                #expect(a.seen.enrollments.map(\.csr) == b.seen.enrollments.map(\.csr))
                try await eventually("it has a session") { agent.status.hasSession }
                b.knobs.withLock { $0.renewal = .refuse(.internalServerError, code: "internal") }
                a.send(.rotate)
                b.send(.rotate)
                try await eventually("another one renews") { a.seen.issued.count == 1 }
            }
            #expect(AgentStateDirectory(path: directory).controller == "\(first)")
        }
    }

    @Test("a list on disk that is damaged or too large says nothing")
    func damagedList() async throws {
        try await withTemporaryDirectory { directory in
            let state = AgentStateDirectory(path: directory)
            #expect(state.controllers == [])
            try state.save(controllers: [HostPort(host: "::1", port: 7000), HostPort(host: "h", port: 1)])
            #expect(state.controllers == [HostPort(host: "::1", port: 7000), HostPort(host: "h", port: 1)])
            try Data("?\n\u{0}\n".utf8).write(to: URL(fileURLWithPath: "\(directory)/controllers"))
            #expect(state.controllers == [])
            try Data(String(repeating: "h:1\n", count: 10_000).utf8)
                .write(to: URL(fileURLWithPath: "\(directory)/controllers"))
            #expect(state.controllers == [])
        }
    }

    @Test("several controllers come before one of systemd's credentials")
    func credentials() async throws {
        try await withTemporaryDirectory { directory in
            try "a:7000\n".write(toFile: "\(directory)/cms.controller", atomically: true, encoding: .utf8)
            #expect(Credentials(directory: directory).controller == "a:7000")
            try "b:7000,c:7000\n".write(toFile: "\(directory)/cms.controllers", atomically: true, encoding: .utf8)
            #expect(Credentials(directory: directory).controller == "b:7000,c:7000")
            try " \n".write(toFile: "\(directory)/cms.controllers", atomically: true, encoding: .utf8)
            #expect(Credentials(directory: directory).controller == "a:7000", "an empty one says nothing")
        }
    }
}
