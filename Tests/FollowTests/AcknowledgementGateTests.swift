import Client
import Shared
import TestSupport
import Testing
import Wire

/// A watcher whose sets are put into effect by somebody else.
@Suite(.timeLimit(.minutes(1))) struct AcknowledgementGateTests {
    let authority: TestAuthority
    let server: RotatingIdentity
    let identity: RotatingIdentity
    let vm1 = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let vm2 = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    init() throws {
        authority = try TestAuthority()
        server = try RotatingIdentity(authority.server())
        identity = try RotatingIdentity(authority.client())
    }

    func watching(
        _ fake: FakeController,
        _ body: @escaping @Sendable (AcknowledgementGate) async throws -> Void
    ) async throws {
        try await withLoopbackServer(fake.router, identity: server) { port in
            let gate = AcknowledgementGate()
            var settings = EndpointWatcher.Settings()
            settings.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
            settings.acknowledgementRetry = .milliseconds(10)
            let watcher = EndpointWatcher(
                known: KnownControllers(ControllerList(HostPort(host: "127.0.0.1", port: port))),
                identity: identity,
                gate: gate,
                settings: settings
            )
            try await withBackground { background in
                background.start { try await watcher.run() }
                try await body(gate)
            }
        }
    }

    func acknowledgement(_ fake: FakeController) async throws -> FakeController.Observation {
        try await first(of: fake.observations) { if case .acknowledged = $0 { true } else { false } }
    }

    @Test func nothingIsAcknowledgedBeforeItIsInEffect() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { gate in
            let told = try await first(of: gate.updates)
            #expect(told.set.revision == 1)
            try fake.change(added: [vm2])
            let next = try await first(of: gate.updates)
            #expect(next.set.endpoints == [vm1, vm2] && next.epoch == told.epoch)
            gate.settle(1, epoch: told.epoch)
            #expect(try await acknowledgement(fake) == .acknowledged(1))
            gate.settle(2, epoch: told.epoch)
            #expect(try await acknowledgement(fake) == .acknowledged(2))
        }
    }

    @Test func anAcknowledgementIsSentUntilItIsTaken() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        fake.failAcknowledgements(8)
        try await watching(fake) { gate in
            gate.settle(1, epoch: try await first(of: gate.updates).epoch)
            #expect(try await acknowledgement(fake) == .acknowledged(1))
        }
    }

    @Test func aStreamThatGoesOnIsToldAgainWhatIsInEffect() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { gate in
            gate.settle(1, epoch: try await first(of: gate.updates).epoch)
            #expect(try await acknowledgement(fake) == .acknowledged(1))
            fake.dropStreams()
            #expect(try await acknowledgement(fake) == .acknowledged(1))
        }
    }

    @Test func whatWasSettledOfASetThatWasReadAnewDoesNotCount() async throws {
        let fake = FakeController(authority, endpoints: [vm1])
        try await watching(fake) { gate in
            let old = try await first(of: gate.updates)
            try fake.change(added: [vm2], revision: 5)
            let new = try await first(of: gate.updates)
            #expect(new.epoch > old.epoch && new.set.revision == 5)
            gate.settle(4, epoch: old.epoch)
            gate.settle(6, epoch: new.epoch)
            gate.settle(5, epoch: new.epoch)
            #expect(try await acknowledgement(fake) == .acknowledged(5), "neither another set's nor one to come")
        }
    }
}
