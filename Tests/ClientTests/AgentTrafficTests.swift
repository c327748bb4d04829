import AsyncHTTPClient
import Client
import Shared
import TestSupport
import Testing
import Wire

/// Requests over TLS to agents on loopback.
@Suite(.timeLimit(.minutes(1))) struct AgentTrafficTests {
    let authority: TestAuthority
    let server: RotatingIdentity
    let identity: RotatingIdentity

    init() throws {
        authority = try TestAuthority()
        server = try RotatingIdentity(authority.server(.agent(uuid: "1")))
        identity = try RotatingIdentity(authority.client())
    }

    func withClient(
        _ pool: EndpointPool,
        timeout: Duration = .seconds(30),
        _ body: (ServiceClient) async throws -> Void
    ) async throws {
        var settings = ServiceClient.Settings()
        settings.timeout = timeout
        let http = ServiceClient.makeHTTPClient(settings)
        do {
            try await body(ServiceClient(pool: pool, identity: identity, http: http, settings: settings))
        } catch {
            try? await http.shutdown()
            throw error
        }
        try await http.shutdown()
    }

    @Test func anAgentAnswers() async throws {
        let agent = FakeAgent("vm1")
        try await withLoopbackServer(agent.router, identity: server) { port in
            let pool = EndpointPool()
            pool.update(EndpointSet(revision: 1, endpoints: [agent.endpoint(port: port)]))
            try await withClient(pool) { client in
                let served = try await client.get(93)
                #expect(served.value.result == 12_200_160_415_121_876_738)
                #expect(served.value.server == "vm1")
            }
        }
    }

    @Test(arguments: [
        (FakeAgent.Behaviour.lies, "wrong answer"), (.babbles, "not the JSON"),
    ])
    func aBadAnswerIsAFailure(behaviour: FakeAgent.Behaviour, reason: String) async throws {
        let agent = FakeAgent("vm1", behaviour)
        try await withLoopbackServer(agent.router, identity: server) { port in
            let pool = EndpointPool()
            pool.update(EndpointSet(revision: 1, endpoints: [agent.endpoint(port: port)]))
            try await withClient(pool) { client in
                let failure = await #expect(throws: RequestFailure.self) { try await client.get(20) }
                #expect(failure?.description.contains(reason) == true)
                #expect(failure?.endpoint?.name == "vm1")
            }
        }
    }

    @Test func aDrainingAgentIsPassedOver() async throws {
        let (draining, serving) = (FakeAgent("vm1", .drains), FakeAgent("vm2"))
        try await withLoopbackServer(draining.router, identity: server) { first in
            try await withLoopbackServer(serving.router, identity: server) { second in
                let pool = EndpointPool()
                let endpoints = [draining.endpoint(port: first), serving.endpoint(port: second)]
                pool.update(EndpointSet(revision: 1, endpoints: endpoints))
                try await withClient(pool) { client in
                    for n in 1...20 {
                        let served = try await client.get(n)
                        #expect(served.value.server == "vm2")
                    }
                }
            }
        }
        #expect(draining.asked > 0)
    }

    @Test func aRequestInFlightOnAnAgentThatIsKilledGoesToAnother() async throws {
        let (runsBeingDestroyed, serving) = (FakeAgent("vm1", .hangs), FakeAgent("vm2"))
        let relay = try await Relay()
        try await withLoopbackServer(runsBeingDestroyed.router, identity: server) { first in
            try await relay.open(to: first)
            try await withLoopbackServer(serving.router, identity: server) { second in
                let pool = EndpointPool()
                pool.update(EndpointSet(revision: 1, endpoints: [runsBeingDestroyed.endpoint(port: relay.port)]))
                try await withClient(pool) { client in
                    async let pending = client.get(20)
                    for await _ in runsBeingDestroyed.requests { break }
                    let both = [runsBeingDestroyed.endpoint(port: relay.port), serving.endpoint(port: second)]
                    pool.update(EndpointSet(revision: 2, endpoints: both))
                    await relay.cut()
                    let served = try await pending
                    #expect(served.value.server == "vm2")
                    #expect(served.attempts == 2)
                }
            }
        }
    }

    @Test func theOnlyAgentMayRestartUnderARequest() async throws {
        let (before, after) = (FakeAgent("vm1", .hangs), FakeAgent("vm1"))
        let relay = try await Relay()
        try await withLoopbackServer(before.router, identity: server) { first in
            try await relay.open(to: first)
            try await withLoopbackServer(after.router, identity: server) { second in
                let pool = EndpointPool()
                pool.update(EndpointSet(revision: 1, endpoints: [before.endpoint(port: relay.port)]))
                try await withClient(pool) { client in
                    async let pending = client.get(20)
                    for await _ in before.requests { break }
                    await relay.cut()
                    // Refused at least once before the agent is back.
                    try await wait(until: { pool.isEjected("id-vm1") })
                    try await relay.open(to: second)
                    let served = try await pending
                    #expect(served.value.server == "vm1")
                    #expect(served.attempts > 2)
                }
                await relay.cut()
            }
        }
        #expect(after.asked == 1)
    }

    @Test func whenNobodyListensTheFailureSaysSo() async throws {
        let relay = try await Relay()
        let pool = EndpointPool()
        pool.update(EndpointSet(revision: 1, endpoints: [FakeAgent("vm1").endpoint(port: relay.port)]))
        try await withClient(pool, timeout: .seconds(2)) { client in
            let failure = await #expect(throws: RequestFailure.self) { try await client.get(20) }
            #expect(failure?.description.contains("connect") == true, "\(String(describing: failure))")
            #expect((failure?.attempts ?? 0) > 1)
        }
    }

    @Test func anAgentOfAnotherAuthorityIsNotTrusted() async throws {
        let foreign = try RotatingIdentity(TestAuthority().server())
        let agent = FakeAgent("vm1")
        try await withLoopbackServer(agent.router, identity: foreign) { port in
            let pool = EndpointPool()
            pool.update(EndpointSet(revision: 1, endpoints: [agent.endpoint(port: port)]))
            try await withClient(pool, timeout: .milliseconds(300)) { client in
                await #expect(throws: RequestFailure.self) { try await client.get(20) }
            }
        }
        #expect(agent.asked == 0)
    }

    @Test func plainHTTPIsNotSpoken() async throws {
        let pool = EndpointPool()
        pool.update(
            EndpointSet(revision: 1, endpoints: [Endpoint(id: "1", name: "vm1", url: "http://127.0.0.1:1")])
        )
        try await withClient(pool, timeout: .milliseconds(100)) { client in
            let failure = await #expect(throws: RequestFailure.self) { try await client.get(20) }
            #expect(failure?.description.contains("not an https") == true)
        }
    }
}
