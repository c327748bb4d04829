import NIOCore
import Testing

@testable import Orchestration

@Suite("The watches of an endpoint set") struct WatchersTests {
    private func watchers(_ clients: String...) -> Watchers {
        var watchers = Watchers()
        for (index, client) in clients.enumerated() {
            watchers.add(UInt64(index + 1), client: client, AsyncStream.makeStream(of: ByteBuffer.self).continuation)
        }
        return watchers
    }

    @Test("the least revision is that of the slowest, and goes with it")
    func least() {
        var watchers = watchers("a", "b", "c")
        #expect(watchers.leastAcknowledged == 0)
        watchers.acknowledge(client: "a", watch: 1, revision: 7)
        watchers.acknowledge(client: "b", watch: 2, revision: 5)
        #expect(watchers.leastAcknowledged == 0)
        watchers.acknowledge(client: "c", watch: 3, revision: 6)
        #expect(watchers.leastAcknowledged == 5)
        #expect(watchers.count(from: 6) == 2)
        #expect(watchers.remove(2)?.client == "b")
        #expect(watchers.leastAcknowledged == 6)
        #expect(watchers.removeAll { $0.client == "c" }.map(\.client) == ["c"])
        #expect(watchers.leastAcknowledged == 7 && watchers.count == 1)
        #expect(watchers.remove(1) != nil && watchers.remove(1) == nil)
        #expect(watchers.leastAcknowledged == nil && watchers.isEmpty)
    }

    @Test("nobody acknowledges for another client, and nothing goes back")
    func whose() {
        var watchers = watchers("a", "a", "b")
        watchers.acknowledge(client: "b", watch: 1, revision: 9)
        #expect(watchers.count(from: 1) == 0)
        watchers.acknowledge(client: "a", watch: nil, revision: 4)
        #expect(watchers.count(from: 4) == 2)
        watchers.acknowledge(client: "a", watch: 1, revision: 3)
        watchers.acknowledge(client: "a", watch: 1, revision: 4)
        #expect(watchers.count(from: 4) == 2)
        watchers.acknowledge(client: "b", watch: 3, revision: 2)
        #expect(watchers.leastAcknowledged == 2)
    }
}
