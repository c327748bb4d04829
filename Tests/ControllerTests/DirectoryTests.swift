import Autoscaling
import Foundation
import NIOCore
import Shared
import Testing
import Wire

@testable import Orchestration

@Suite("Telling clients")
struct EndpointDirectoryTests {
    let date = Date(timeIntervalSince1970: 0)
    let one = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let two = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    func directory(_ endpoints: [Endpoint] = [], revision: UInt64 = 0) -> EndpointDirectory {
        EndpointDirectory(EndpointSet(revision: revision, endpoints: endpoints))
    }

    func publish(_ endpoints: [Endpoint], to directory: EndpointDirectory) throws {
        try directory.publish(try #require(directory.proposal(endpoints)), at: date)
    }

    /// Everything that waits on a watch, after ending it.
    func notices(_ watch: EndpointDirectory.Watch, _ directory: EndpointDirectory) async throws -> [EndpointNotice] {
        directory.close(watch.id)
        var notices: [EndpointNotice] = []
        for await line in watch.lines { notices.append(try WireCoding.decode(EndpointNotice.self, from: line)) }
        return notices
    }

    @Test("a watch begins with the whole set and goes on with changes, each one revision further")
    func setThenChanges() async throws {
        let directory = directory([one], revision: 7)
        let watch = try #require(try directory.watch(client: "a", from: nil, at: date))
        try publish([one, two], to: directory)
        try publish([two], to: directory)
        let notices = try await notices(watch, directory)
        #expect(notices.map(\.kind) == [.set, .change, .change])
        #expect(notices.map(\.revision) == [7, 8, 9])
        #expect(notices[0].endpoints == [one])
        #expect(notices[1].added == [two] && notices[1].removed == [])
        #expect(notices[2].removed == [one])
    }

    @Test("the first line and heartbeats name the live controllers, and nothing where there is one")
    func controllers() async throws {
        let directory = directory([one], revision: 7)
        let names = ["192.0.2.1:7000", "192.0.2.2:7000"]
        let whole = try #require(try directory.watch(client: "a", from: nil, controllers: names, at: date))
        let resumed = try #require(try directory.watch(client: "a", from: 7, controllers: names, at: date))
        let single = try #require(try directory.watch(client: "a", from: nil, at: date))
        directory.announce(.heartbeat, controllers: names, at: date)
        directory.announce(.heartbeat, at: date)
        for watch in [whole, resumed] {
            #expect(try await notices(watch, directory).map(\.controllers) == [names, names, nil])
        }
        #expect(try await notices(single, directory).map(\.controllers) == [nil, names, nil])
    }

    @Test("nothing changed is no revision")
    func noChange() {
        #expect(directory([one]).proposal([one]) == nil)
    }

    @Test("who was away gets what was missed, and the whole set when that is no longer known")
    func resume() async throws {
        let directory = directory()
        try publish([one], to: directory)
        try publish([one, two], to: directory)
        let resumed = try #require(try directory.watch(client: "a", from: 1, at: date))
        let missed = try await notices(resumed, directory)
        #expect(missed.map(\.kind) == [.heartbeat, .change] && missed.map(\.revision) == [1, 2])
        #expect(missed.map(\.watch) == [resumed.id, nil], "the first line says the number of the watch")
        let current = try #require(try directory.watch(client: "a", from: 2, at: date))
        #expect(try await notices(current, directory).map(\.kind) == [.heartbeat])
        for from: UInt64 in [99, .max] {
            let unknown = try #require(try directory.watch(client: "a", from: from, at: date))
            #expect(try await notices(unknown, directory).map(\.kind) == [.set])
        }
        for count in 0..<600 { try publish(count.isMultiple(of: 2) ? [one] : [two], to: directory) }
        let forgotten = try #require(try directory.watch(client: "a", from: 1, at: date))
        #expect(try await notices(forgotten, directory).map(\.kind) == [.set])
    }

    @Test("a client that does not read costs a bounded buffer and then its watch")
    func slowReader() throws {
        let directory = directory()
        let watch = try #require(try directory.watch(client: "slow", from: nil, at: date))
        // The first line, the set, waits already.
        for _ in 0..<EndpointDirectory.watchBuffer - 1 { directory.announce(.heartbeat, at: date) }
        #expect(directory.reach.watchers == 1)
        directory.announce(.heartbeat, at: date)
        #expect(directory.reach.watchers == 0)
        withExtendedLifetime(watch) {}
    }

    @Test("acknowledgements are counted for the present revision only")
    func acknowledgements() throws {
        let directory = directory()
        let watch = try #require(try directory.watch(client: "a", from: nil, at: date))
        try publish([one], to: directory)
        directory.acknowledge(client: "a", watch: nil, revision: 1)
        directory.acknowledge(client: "stranger", watch: watch.id, revision: 1)
        #expect(directory.reach == (1, 1))
        try publish([], to: directory)
        #expect(directory.reach == (1, 0))
        directory.close(watch.id)
        #expect(directory.reach == (0, 0))
    }
}

@Suite("Agents' connections")
struct AgentRegistryTests {
    let date = Date(timeIntervalSince1970: 0)
    let registration = AgentRegistration(version: "1", hostname: "vm1", port: 8000, vCPUs: 1)

    func registry() throws -> AgentRegistry {
        let registry = AgentRegistry { _ in }
        registry.register(registration, uuid: "a", address: try #require(IPAddress("192.0.2.1")), at: date)
        return registry
    }

    @Test("a stream needs a registration, and a newer stream ends the older one")
    func replace() async throws {
        let registry = try registry()
        #expect(registry.openStream(uuid: "b") == nil)
        let first = try #require(registry.openStream(uuid: "a"))
        let second = try #require(registry.openStream(uuid: "a"))
        for await _ in first.lines { Issue.record("the first stream should have ended empty") }
        registry.closeStream(uuid: "a", id: first.id)
        #expect(registry.sessions["a"]?.isConnected == true, "the end of the old stream is not the end of the new one")
        registry.closeStream(uuid: "a", id: second.id)
        #expect(registry.sessions["a"]?.isConnected == false)
    }

    @Test("commands are numbered; heartbeats carry the last number")
    func numbers() async throws {
        let registry = try registry()
        let stream = try #require(registry.openStream(uuid: "a"))
        registry.send(.probe, uuid: "a", at: date)
        registry.heartbeat(at: date)
        registry.send(.drain, uuid: "a", at: date)
        registry.shutDown()
        var commands: [AgentCommand] = []
        for await line in stream.lines { commands.append(try WireCoding.decode(AgentCommand.self, from: line)) }
        #expect(commands.map(\.sequence) == [1, 1, 2])
        #expect(commands.map(\.kind) == [.probe, .heartbeat, .drain])
    }

    @Test("heartbeats name the live controllers, at most sixteen, and nothing where there is one")
    func controllers() async throws {
        let registry = try registry()
        let stream = try #require(registry.openStream(uuid: "a"))
        let names = (1...20).map { "192.0.2.\($0):7000" }
        registry.heartbeat(at: date, controllers: names)
        registry.heartbeat(at: date)
        registry.shutDown()
        var commands: [AgentCommand] = []
        for await line in stream.lines { commands.append(try WireCoding.decode(AgentCommand.self, from: line)) }
        #expect(commands.map(\.controllers) == [Array(names.prefix(16)), nil])
    }

    @Test("an agent that reads nothing loses its stream")
    func slowAgent() throws {
        let registry = try registry()
        let stream = try #require(registry.openStream(uuid: "a"))
        for _ in 0..<AgentRegistry.streamBuffer { registry.heartbeat(at: date) }
        #expect(registry.sessions["a"]?.isConnected == true)
        registry.heartbeat(at: date)
        #expect(registry.sessions["a"]?.isConnected == false)
        withExtendedLifetime(stream) {}
    }

    @Test("an older report does not replace a newer one, a restarted agent's does")
    func reports() throws {
        let registry = try registry()
        var report = LoadReport(sequence: 5, measuredAt: date.addingTimeInterval(5), cause: "interval")
        report.busy = 50
        #expect(registry.report(report, uuid: "a", at: .seconds(5), date: date))
        report.sequence = 4
        report.measuredAt = date.addingTimeInterval(4)
        report.busy = 10
        #expect(registry.report(report, uuid: "a", at: .seconds(6), date: date))
        #expect(registry.sessions["a"]?.report?.busy == 50)
        report.sequence = 1
        report.measuredAt = date.addingTimeInterval(60)
        #expect(registry.report(report, uuid: "a", at: .seconds(60), date: date))
        #expect(registry.sessions["a"]?.report?.busy == 10)
        #expect(!registry.report(report, uuid: "nobody", at: .seconds(60), date: date))
    }
}
