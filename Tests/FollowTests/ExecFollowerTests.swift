import Follow
import Foundation
import Shared
import TestSupport
import Testing
import Wire

/// Programs that are told of the endpoints.
@Suite(.timeLimit(.minutes(1)))
struct ExecFollowerTests {
    let log = RecordedLog()
    let directory = NSTemporaryDirectory() + "cms-exec-\(UUID().uuidString)"
    var told: String { directory + "/told" }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    func following(
        _ feed: Feed,
        _ script: String,
        _ change: (inout ExecFollower.Settings) -> Void = { _ in },
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        var settings = ExecFollower.Settings(program: ["/bin/sh", "-c", script])
        settings.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
        change(&settings)
        let follower = ExecFollower(settings: settings, feed: feed.feed, logger: log.logger)
        try await withBackground { background in
            background.start { try await follower.run() }
            try await body()
        }
    }

    func notices() throws -> [EndpointNotice] {
        guard let data = FileManager.default.contents(atPath: told) else { return [] }
        return try data.split(separator: 0x0A).map { try WireCoding.decode(EndpointNotice.self, from: Data($0)) }
    }

    @Test func theWholeSetComesFirstThenChanges() async throws {
        let feed = Feed()
        try await following(feed, "exec cat > \(told)") {
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
            feed.tell(Feed.set(4, [2]))
            try await feed.settles(4)
            try await waitUntil("both lines are there") { try notices().count == 2 }
            let lines = try notices()
            #expect(lines.map(\.kind) == [.set, .change])
            #expect(lines.map(\.revision) == [3, 4])
            #expect(lines[1].added?.map(\.name) == ["vm2"])
            #expect(lines[1].removed?.map(\.name) == ["vm1"])
            #expect(lines[1].endpoints?.map(\.name) == ["vm2"])
        }
    }

    @Test func aProgramThatEndsIsStartedAgainAndToldAll() async throws {
        let feed = Feed()
        try await following(feed, "head -n 1 >> \(told)") {
            feed.tell(Feed.set(3, [1]))
            try await waitUntil("it was told three times") { try notices().count >= 3 }
            #expect(try notices().allSatisfy { $0.kind == .set })
            #expect(log.contains("started again"))
        }
    }

    @Test func aProgramThatIsNotThereIsTold() async throws {
        let feed = Feed()
        try await following(feed, "", { $0.program = ["/nonexistent/program"] }) {
            try await waitUntil("it is told") { log.contains("started again") }
            #expect(feed.feed.settled == nil)
        }
    }

    @Test func withItsOwnAcknowledgementsOnlyThoseCount() async throws {
        let feed = Feed()
        let script = """
            read line; echo hello; echo ack 99; echo ack x; while [ ! -e \(directory)/go ]; do sleep 0.02; done
            echo ack 3; exec cat > /dev/null
            """
        try await following(feed, script, { $0.programAcknowledges = true }) {
            feed.tell(Feed.set(3, [1]))
            try await waitUntil("it speaks") { log.contains("acknowledges what it was not told") }
            #expect(feed.feed.settled == nil)
            _ = FileManager.default.createFile(atPath: directory + "/go", contents: nil)
            try await feed.settles(3)
        }
    }

    @Test func aProgramThatDoesNotReadIsEnded() async throws {
        let feed = Feed()
        // More than a pipe holds.
        try await following(
            feed,
            "exec sleep 60",
            {
                $0.writeTimeout = .milliseconds(200)
                $0.stopTimeout = .milliseconds(200)
            }
        ) {
            feed.tell(Feed.set(3, Array(1...2000)))
            try await waitUntil("it is told") { log.contains("does not read") }
            try await waitUntil("it is started again") { log.contains("started again") }
            #expect(feed.feed.settled == nil)
        }
    }

    @Test func stoppingEndsTheProgram() async throws {
        let feed = Feed()
        let script =
            "trap 'echo ended > \(directory)-ended; exit 0' TERM; while read l; do echo ack 3; done; sleep 9 & wait"
        defer { try? FileManager.default.removeItem(atPath: directory + "-ended") }
        try await following(feed, script, { $0.programAcknowledges = true }) {
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
        }
        #expect(FileManager.default.fileExists(atPath: directory + "-ended"))
    }

    @Test(arguments: [
        ("ack 7", UInt64(7)), (" ack  7 ", 7), ("ack", nil), ("ack -1", nil), ("nack 7", nil), ("ack 7 8", nil),
    ])
    func acknowledgementsAreRead(line: String, expected: UInt64?) {
        #expect(AcknowledgementLine.revision(line) == expected)
    }
}
