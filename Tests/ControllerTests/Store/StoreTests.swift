import Autoscaling
import Foundation
import Shared
import Testing
import Wire

@testable import EmbeddedStore
@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

@Suite("What is kept on disk")
struct StoreTests {
    let now = Date(timeIntervalSince1970: 1_000_000)

    func withDirectory(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test("ledger, endpoint set and events outlive the process")
    func outlives() async throws {
        try await withDirectory { path in
            var instance = Instance(uuid: "a", name: "vm1", since: now)
            instance.state = .inService
            instance.isOwned = true
            instance.endpoint = Endpoint(id: "a", name: "vm1", url: "https://192.0.2.1:8000")
            let set = EndpointSet(revision: 4, endpoints: [try #require(instance.endpoint)])
            try await StateDirectory(path: path).store().commit(
                StoreChange(
                    instances: [instance],
                    events: [ControllerEvent(.overload, at: now, detail: "x")],
                    endpointSets: [GroupConfiguration.defaultName: set]
                )
            )
            let again = try StateDirectory(path: path).store()
            #expect(try await again.ledger() == [instance])
            #expect(try await again.endpointSet() == set)
            #expect(try await again.events(EventQuery(limit: 10)).map(\.kind) == [.overload])
            try await again.commit(StoreChange(removed: ["a"]))
            #expect(try await again.ledger().isEmpty)
        }
    }

    @Test("a second controller on the same directory is refused, and the lock ends with its holder")
    func lock() async throws {
        try await withDirectory { path in
            let directory = try StateDirectory(path: path)
            let held = try directory.lock()
            #expect(throws: StateDirectory.Failure.self) { try directory.lock() }
            close(held)
            close(try directory.lock())
        }
    }

    @Test("the authority is made once, and its key is for its owner alone")
    func authority() async throws {
        try await withDirectory { path in
            let directory = try StateDirectory(path: path)
            let first = try directory.authority(now: now)
            #expect(try directory.authority(now: now).certificate == first.certificate)
            let mode = try FileManager.default.attributesOfItem(atPath: path + "/authority.pem")[.posixPermissions]
            #expect(mode as? Int == 0o600)
        }
    }

    @Test("a damaged authority is an error, not a new authority")
    func damagedAuthority() async throws {
        try await withDirectory { path in
            let directory = try StateDirectory(path: path)
            _ = try directory.authority(now: now)
            try Data("garbage".utf8).write(to: URL(fileURLWithPath: path + "/authority.pem"))
            #expect(throws: (any Error).self) { try directory.authority(now: now) }
        }
    }

    @Test("a damaged store is put aside, said so, and begun anew", arguments: [0, 100, 5000])
    func damagedStore(offset: Int) async throws {
        try await withDirectory { path in
            let directory = try StateDirectory(path: path)
            let events = (0..<500).map { ControllerEvent(.overload, at: now, detail: "event \($0)") }
            try await directory.store().commit(StoreChange(events: events))
            let file = path + "/cms.sqlite"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
            try #require(bytes.count > offset + 4000)
            bytes.replaceSubrange(offset..<offset + 4000, with: Data(repeating: 0xA5, count: 4000))
            try bytes.write(to: URL(fileURLWithPath: file))
            try? FileManager.default.removeItem(atPath: file + "-wal")
            var kept: String?
            let store = try directory.store { name, _ in kept = name }
            #expect(try await store.events(EventQuery(limit: 10)).isEmpty)
            #expect(FileManager.default.fileExists(atPath: try #require(kept)))
            try await store.commit(StoreChange(events: [ControllerEvent(.overload, at: now, detail: "x")]))
        }
    }

    @Test("a token works once, for its machine, in its time; the same key may ask again")
    func tokens() async throws {
        let store = try SQLiteStore.inMemory()
        let token = JoinToken()
        try await store.addToken(JoinTokenRecord(hash: token.hash, uuid: "a", expires: now.addingTimeInterval(60)))
        func redeem(_ uuid: String, _ key: String, after seconds: Double = 0, hash: String? = nil) async throws
            -> JoinTokenOutcome
        {
            try await store.redeemToken(
                hash: hash ?? token.hash,
                uuid: uuid,
                key: key,
                now: now.addingTimeInterval(seconds)
            )
        }
        #expect(try await redeem("a", "k", hash: JoinToken.hash(of: "guess")) == .unknown)
        #expect(try await redeem("b", "k") == .otherMachine)
        #expect(try await redeem("a", "k", after: 60) == .expired)
        #expect(try await redeem("a", "k") == .accepted)
        #expect(try await redeem("a", "k") == .accepted, "the answer to the first time may have been lost")
        #expect(try await redeem("a", "other") == .used)
        #expect(!"\(token)".contains(token.secret))
    }

    @Test("the rate limit is per address, refills with time and forgets nobody too early")
    func rateLimit() {
        var limiter = RateLimiter<String>(perSecond: 1, burst: 3, capacity: 4)
        func admit(_ key: String, at seconds: Double) -> Bool { limiter.admit(key, now: .seconds(seconds)) }
        #expect((0..<5).map { _ in admit("a", at: 0) } == [true, true, true, false, false])
        #expect(admit("b", at: 0))
        #expect(admit("a", at: 1.5))
        #expect(!admit("a", at: 1.5))
        // A flood of addresses does not grow the table without end, and a clock that stands still is no refill.
        for name in 0..<100 { _ = admit("x\(name)", at: 1.5) }
        #expect(admit("x99", at: 1.5))
    }
}
