import AsyncHTTPClient
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Lifecycle
@testable import Orchestration

@Suite("Operators' hooks")
struct HookTests {
    let call = HookCall(
        hook: .beforeInService,
        group: "web",
        instance: "vm1",
        uuid: "636d7300-0000-4000-8000-000000000001",
        url: "https://192.0.2.1:8000",
        at: Date(timeIntervalSince1970: 1_000_000)
    )

    func run(_ script: String, timeout: Duration = .seconds(10)) async throws {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let hook = HookConfiguration.Hook(
            action: .command(["/bin/sh", "-c", script]),
            timeout: timeout,
            onFailure: .fail
        )
        let result: Result<Void, any Error>
        do {
            result = .success(try await SystemHookRunner(client: client).run(hook, call))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        try result.get()
    }

    @Test("a program is told which instance it is about, and nothing else of the controller's surroundings")
    func environment() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cms-hook-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        setenv("CMS_TEST_SECRET", "x", 1)
        try await run("env > '\(file)'")
        let text = String(decoding: try #require(FileManager.default.contents(atPath: file)), as: UTF8.self)
        for line in [
            "CMS_HOOK=before-in-service", "CMS_GROUP=web", "CMS_INSTANCE=vm1",
            "CMS_INSTANCE_UUID=636d7300-0000-4000-8000-000000000001", "CMS_INSTANCE_URL=https://192.0.2.1:8000",
        ] { #expect(text.contains(line + "\n")) }
        #expect(!text.contains("CMS_TEST_SECRET"))
    }

    @Test("a program that fails is told with its status and its words")
    func failure() async {
        await #expect(throws: SystemHookRunner.Failure.self) { try await run("echo no cache >&2; exit 3") }
        do {
            try await run("echo no cache >&2; exit 3")
        } catch {
            #expect("\(error)".contains("3") && "\(error)".contains("no cache"), "\(error)")
        }
    }

    @Test("a program that hangs is ended with all that it started")
    func hangs() async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cms-hook-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let start = ContinuousClock.now
        await #expect(throws: SystemHookRunner.Failure.self) {
            try await run("sleep 60 & echo $! > '\(file)'; wait", timeout: .milliseconds(700))
        }
        #expect(start.duration(to: .now) < .seconds(50), "not when its child would have ended by itself")
        let text = FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } ?? ""
        let child = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        try await waitUntil("its child has ended") { kill(child, 0) != 0 || Self.isZombie(child) }
    }

    private static func isZombie(_ pid: pid_t) -> Bool {
        let status = FileManager.default.contents(atPath: "/proc/\(pid)/stat").map {
            String(decoding: $0, as: UTF8.self)
        }
        return status?.contains(") Z ") ?? true
    }

    @Test("a program that is not there is a failure that names it")
    func missing() async {
        let client = HTTPClient(eventLoopGroupProvider: .singleton)
        let hook = HookConfiguration.Hook(action: .command(["/nowhere/at-all"]), onFailure: .fail)
        do {
            try await SystemHookRunner(client: client).run(hook, call)
            Issue.record("it ran")
        } catch {
            #expect("\(error)".contains("/nowhere/at-all"))
        }
        try? await client.shutdown()
    }
}
