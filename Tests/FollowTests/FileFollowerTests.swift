import Follow
import Foundation
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

/// Templates.
struct EndpointTemplateTests {
    let set = EndpointSet(
        revision: 7,
        endpoints: [
            Endpoint(id: "1", name: "a&b", url: "https://[fd00::1]:8443"),
            Endpoint(id: "2", name: "vm2", url: "http://192.0.2.2"),
            Endpoint(id: "3", name: "vm3", url: "ftp://192.0.2.3"),
        ]
    )

    func render(_ text: String, group: String? = nil) throws -> String {
        try EndpointTemplate(text, name: "t").render(EndpointTemplate.Content(set, group: group))
    }

    @Test func endpointsAreFilledInUnescaped() throws {
        let text = """
            # {{group}} {{revision}} {{count}}
            {{#endpoints}}
            server {{address}}; # {{name}} {{scheme}} {{host}} {{port}} {{id}} {{url}}
            {{/endpoints}}

            """
        #expect(
            try render(text, group: "web") == """
                # web 7 2
                server [fd00::1]:8443; # a&b https fd00::1 8443 1 https://[fd00::1]:8443
                server 192.0.2.2:80; # vm2 http 192.0.2.2 80 2 http://192.0.2.2

                """
        )
    }

    @Test func anEmptySetCanBeTold() throws {
        let template = try EndpointTemplate("{{^endpoints}}server 127.0.0.1:1 down;{{/endpoints}}", name: "t")
        let empty = EndpointTemplate.Content(EndpointSet(revision: 1, endpoints: []), group: nil)
        #expect(template.render(empty) == "server 127.0.0.1:1 down;")
    }

    @Test func whatIsNoURLIsNamed() {
        #expect(EndpointTemplate.Content(set, group: nil).leftOut == ["vm3"])
    }

    @Test(arguments: [
        ("first\n{{#endpoints}}\nx", "t:3:"), ("{{#a}}{{/b}}", "t:1:"), ("{{name", "t:1:"),
        ("ok\nok\n{{/a}}", "t:3:"),
    ])
    func aFaultIsToldWithItsPlace(text: String, place: String) {
        let error = #expect(throws: FollowUsageError.self) { try EndpointTemplate(text, name: "t") }
        #expect(error?.description.hasPrefix(place) == true, "\(error?.description ?? "")")
    }

    @Test func aFileThatIsNotThereIsTold() {
        let error = #expect(throws: FollowUsageError.self) { try EndpointTemplate(path: "/nonexistent/t") }
        #expect(error?.description.contains("/nonexistent/t") == true)
    }
}

/// The follower with files on disk and commands that the test answers for.
@Suite(.timeLimit(.minutes(1)))
struct FileFollowerTests {
    let log = RecordedLog()
    let directory = NSTemporaryDirectory() + "cms-follow-\(UUID().uuidString)"
    var output: String { directory + "/up.conf" }

    init() throws {
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    /// Commands that succeed or fail as told.
    final class Commands: CommandRunner {
        private let state = Mutex<(runs: [String], failures: Int)>(([], 0))

        var runs: [String] { state.withLock { $0.runs } }

        func fail(_ count: Int) { state.withLock { $0.failures = count } }

        func run(_ command: String, environment: [String: String]) async throws {
            let fails = state.withLock { state in
                state.runs.append("\(command) \(environment["CMS_REVISION"] ?? "")")
                defer { state.failures = max(0, state.failures - 1) }
                return state.failures > 0
            }
            if fails { throw CommandFailure("it ended with exited(1)") }
        }
    }

    func follower(
        _ feed: Feed,
        _ commands: any CommandRunner = Commands(),
        _ change: (inout FileFollower.Settings) -> Void = { _ in }
    ) throws -> FileFollower {
        var settings = FileFollower.Settings(output: output)
        settings.command = "reload"
        settings.debounce = .milliseconds(20)
        settings.backoff = Backoff(base: .milliseconds(10), maximum: .milliseconds(20))
        change(&settings)
        return FileFollower(
            template: try EndpointTemplate("{{#endpoints}}{{name}} {{/endpoints}}", name: "t"),
            settings: settings,
            runner: commands,
            feed: feed.feed,
            logger: log.logger
        )
    }

    func following(_ follower: FileFollower, _ body: @escaping @Sendable () async throws -> Void) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withBackground { background in
            background.start { try await follower.run() }
            try await body()
        }
    }

    func text() -> String? { try? String(contentsOfFile: output, encoding: .utf8) }

    @Test func aSetIsWrittenThenTheCommandThenAcknowledged() async throws {
        let (feed, commands) = (Feed(), Commands())
        try await following(try follower(feed, commands)) {
            feed.tell(Feed.set(3, [1, 2]))
            try await feed.settles(3)
            #expect(text() == "vm1 vm2 ")
            #expect(commands.runs == ["reload 3"])
            feed.tell(Feed.set(4, [2]))
            try await feed.settles(4)
            #expect(text() == "vm2 ")
            #expect(commands.runs == ["reload 3", "reload 4"])
        }
    }

    @Test func changesThatComeTogetherAreOne() async throws {
        let (feed, commands) = (Feed(), Commands())
        try await following(try follower(feed, commands) { $0.debounce = .milliseconds(300) }) {
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
            for revision in UInt64(4)...8 { feed.tell(Feed.set(revision, [1, Int(revision)])) }
            try await feed.settles(8)
            #expect(commands.runs == ["reload 3", "reload 8"])
        }
    }

    @Test func aRevisionThatChangesNothingRunsNothing() async throws {
        let (feed, commands) = (Feed(), Commands())
        try await following(try follower(feed, commands)) {
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
            feed.tell(Feed.set(4, [1]))
            try await feed.settles(4)
            #expect(commands.runs == ["reload 3"])
        }
    }

    @Test func aCommandThatFailsIsToldAndTriedAgain() async throws {
        let (feed, commands) = (Feed(), Commands())
        commands.fail(3)
        try await following(try follower(feed, commands)) {
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
            #expect(commands.runs.count == 4)
            #expect(log.warnings.count == 1, "the same failure is told once")
        }
    }

    @Test func anOutputThatCannotBeWrittenIsToldAndTriedAgain() async throws {
        let (feed, commands) = (Feed(), Commands())
        let place = directory + "/absent"
        try await following(try follower(feed, commands) { $0.output = place + "/up.conf" }) {
            feed.tell(Feed.set(3, [1]))
            try await waitUntil("it is told") { !log.warnings.isEmpty }
            #expect(feed.feed.settled == nil && commands.runs.isEmpty)
            try await Task.sleep(for: .milliseconds(100))
            #expect(log.warnings.count == 1, "the same failure is told once")
            try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
            try await feed.settles(3)
        }
    }

    @Test func theAcknowledgementWaitsForTheLinger() async throws {
        let feed = Feed()
        try await following(try follower(feed) { $0.linger = .milliseconds(300) }) {
            feed.tell(Feed.set(3, [1]))
            try await waitUntil("the file is there") { text() != nil }
            let written = ContinuousClock.now
            try await feed.settles(3)
            #expect(ContinuousClock.now - written > .milliseconds(200))
        }
    }

    @Test func theModeOfAFileThatIsThereStays() async throws {
        let feed = Feed()
        _ = FileManager.default.createFile(atPath: output, contents: nil, attributes: [.posixPermissions: 0o640])
        try await following(try follower(feed)) {
            feed.tell(Feed.set(3, [1]))
            try await feed.settles(3)
            let mode = try FileManager.default.attributesOfItem(atPath: output)[.posixPermissions] as? Int
            #expect(mode == 0o640)
        }
    }

    @Test func onceWritesOnceAndEnds() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let (feed, commands) = (Feed(stored: Feed.set(1, [9])), Commands())
        let follower = try follower(feed, commands) { $0.once = true }
        feed.tell(Feed.set(3, [1]))
        try await follower.run()
        #expect(text() == "vm1 " && commands.runs == ["reload 3"])
        #expect(feed.feed.settled == nil, "whoever ends follows nothing")
    }

    @Test func onceWithoutAControllerFails() async throws {
        let follower = try follower(Feed(stored: Feed.set(1, [9]))) {
            $0.once = true
            $0.onceTimeout = .milliseconds(50)
        }
        await #expect(throws: FileFollower.OnceFailure.self) { try await follower.run() }
        #expect(text() == nil)
    }

    @Test func commandsRunInAShellWithADeadline() async throws {
        let runner = ShellCommandRunner(timeout: .milliseconds(300))
        let patient = ShellCommandRunner(timeout: .seconds(20))
        try await patient.run("test \"$CMS_REVISION\" = 7", environment: ["CMS_REVISION": "7"])
        let failed = await #expect(throws: CommandFailure.self) {
            try await patient.run("echo why >&2; exit 3", environment: [:])
        }
        #expect(failed?.description.contains("3") == true && failed?.description.contains("why") == true)
        let mark = directory + "/mark"
        let began = ContinuousClock.now
        let hung = await #expect(throws: CommandFailure.self) {
            try await runner.run("(sleep 30; touch \(mark)) & wait", environment: [:])
        }
        #expect(hung?.description.contains("did not end") == true)
        #expect(ContinuousClock.now - began < .seconds(20))
    }
}

/// The set on disk.
struct StoredEndpointsTests {
    let directory = NSTemporaryDirectory() + "cms-stored-\(UUID().uuidString)"

    @Test func aSetComesBack() throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let store = StoredEndpoints(directory: directory, group: "web")
        #expect(try store.load() == nil)
        try store.save(Feed.set(5, [1, 2]))
        #expect(try store.load() == Feed.set(5, [1, 2]))
        #expect(throws: StoredEndpoints.Unusable.self) {
            _ = try StoredEndpoints(directory: directory, group: "other").load()
        }
        try "{".write(toFile: directory + "/endpoints.json", atomically: true, encoding: .utf8)
        #expect(throws: StoredEndpoints.Unusable.self) { _ = try store.load() }
    }
}
