import Foundation
import Testing
import Wire

@testable import Orchestration

@Suite("Who knows that an endpoint left")
struct DepartureTests {
    let date = Date(timeIntervalSince1970: 1_000_000)
    let one = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let two = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    func directory() throws -> EndpointDirectory {
        EndpointDirectory(EndpointSet(revision: 1, endpoints: [one, two]))
    }

    func publish(_ endpoints: [Endpoint], _ directory: EndpointDirectory) throws {
        try directory.publish(try #require(directory.proposal(endpoints)), at: date)
    }

    @Test("every watch has to say so, also two of one client's name")
    func everyWatch() throws {
        let directory = try directory()
        let first = try #require(try directory.watch(client: "a", from: nil, at: date))
        let second = try #require(try directory.watch(client: "a", from: nil, at: date))
        try publish([one], directory)
        #expect(directory.acknowledgedDepartures.isEmpty)
        directory.acknowledge(client: "a", watch: first.id, revision: 2)
        #expect(directory.acknowledgedDepartures.isEmpty, "the other watch still sends")
        directory.acknowledge(client: "a", watch: second.id, revision: 2)
        #expect(directory.acknowledgedDepartures == ["2"])
    }

    @Test("nobody can speak for another client's watch, nor for a revision that is not there yet")
    func standbyAwaitingReconnect() throws {
        let directory = try directory()
        let watch = try #require(try directory.watch(client: "a", from: nil, at: date))
        directory.acknowledge(client: "a", watch: watch.id, revision: .max)
        try publish([one], directory)
        #expect(directory.acknowledgedDepartures.isEmpty, "what was said before the change does not count")
        directory.acknowledge(client: "b", watch: watch.id, revision: 2)
        #expect(directory.acknowledgedDepartures.isEmpty)
    }

    @Test("a client that goes away is not waited for; without any client all is known at once")
    func gone() throws {
        let directory = try directory()
        let watch = try #require(try directory.watch(client: "a", from: nil, at: date))
        try publish([one], directory)
        directory.close(watch.id)
        #expect(directory.acknowledgedDepartures == ["2"])
    }

    @Test("a client that comes after the change has to say so as well: it may have used the old set until now")
    func lateComer() throws {
        let directory = try directory()
        try publish([one], directory)
        let watch = try #require(try directory.watch(client: "a", from: 1, at: date))
        #expect(directory.acknowledgedDepartures.isEmpty)
        directory.acknowledge(client: "a", watch: watch.id, revision: 2)
        #expect(directory.acknowledgedDepartures == ["2"])
    }

    @Test("an endpoint that is back has not left")
    func back() throws {
        let directory = try directory()
        try publish([one], directory)
        try publish([one, two], directory)
        #expect(directory.acknowledgedDepartures.isEmpty)
    }

    @Test("an acknowledgement, and a client's end, are told")
    func told() throws {
        let count = NumberSource(0)
        let directory = EndpointDirectory(EndpointSet(revision: 1, endpoints: [one])) { _ = count.next() }
        let watch = try #require(try directory.watch(client: "a", from: nil, at: date))
        directory.acknowledge(client: "a", watch: watch.id, revision: 1)
        directory.close(watch.id)
        #expect(count.next() == 3, "twice before")
    }
}
