import AsyncHTTPClient
import Autoscaling
import Foundation
import Libvirt
import NIOHTTP1
import Shared
import TestSupport
import Testing
import Wire

@testable import ControllerHTTP
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Operator

@Suite("Pausing a group and holding its size", .serialized)
struct GroupSteeringTests {
    private static func operatorClient(_ lab: ControllerLab, _ controller: ControllerLab.Running) throws
        -> OperatorClient
    {
        try OperatorClient(
            controllers: ControllerList(HostPort(host: "127.0.0.1", port: controller.port)),
            stateDirectory: lab.path,
            name: "boss"
        )
    }

    @Test("paused: nothing is started; resumed: the bounds are met; a restart changes nothing about it")
    func pausedOverRestart() async throws {
        try await withGroup { group in
            let lab = group.lab
            var controller = try await lab.start()
            try await waitUntil("vm1 serves") { try await lab.instance(group.vm1)?.state == .inService }
            let client = try lab.clientIdentity()
            for (method, path) in [
                (HTTPMethod.POST, "pause"), (.POST, "resume"), (.PUT, "size?size=1"), (.DELETE, "size"),
            ] {
                let answer = try await lab.call(controller, method, "/v1/groups/default/\(path)", as: client)
                #expect(answer.status == 403, "\(path)")
            }
            #expect(try await lab.call(controller, .POST, "/v1/reload", as: client).status == 403)
            #expect(try await lab.call(controller, .GET, "/v1/backup", as: client).status == 403)

            var boss = try Self.operatorClient(lab, controller)
            #expect(try await boss.pause(group: "default").pausedBy == "boss")
            #expect(try await lab.store().steering(group: "default").pausedBy == "boss", "answered when it is on disk")
            #expect(try await boss.hold(group: "default", size: 2, for: nil).size == 2)
            await controller.kill()
            controller = try await lab.start()
            boss = try Self.operatorClient(lab, controller)
            try await waitUntil("it was decided anew") {
                try await boss.groups().first?.decision?.observation.inService.isEmpty == false
            }
            let status = try #require(try await boss.groups().first)
            #expect(status.steering?.pausedBy == "boss" && status.steering?.size == 2)
            #expect(status.decision?.order == .hold)
            #expect(status.decision?.reason.contains("boss paused the group") == true)
            #expect(try await lab.instance(group.vm2)?.state == .off, "nothing was started")
            let text = StatusText(now: Date()).render([status], why: true)
            #expect(text.contains("paused      by boss") && text.contains("size        held at 2 by boss"), "\(text)")

            #expect(try await boss.resume(group: "default").pausedBy == nil)
            try await waitUntil("the size that is held is ordered") {
                try await lab.instance(group.vm2)?.state != .off
            }
            #expect(try await boss.release(group: "default").isEmpty)
            #expect(try await boss.groups().first?.steering == nil)
            let acts = try await lab.events().filter { $0.by == "boss" }.map(\.kind)
            #expect(acts == [.groupPaused, .groupSized, .groupResumed, .groupReleased])
            await controller.stop()
        }
    }

    @Test("a size outside of the bounds, a bad time and an unknown group are refused with the reason")
    func refused() async throws {
        try await withLab {
            $0.group = {
                $0.policy.min = 1; $0.policy.max = 3
            }
        } _: { lab in
            let controller = try await lab.start()
            let boss = try lab.operatorIdentity()
            for (query, code) in [
                ("size=4", "bad-size"), ("size=0", "bad-size"), ("size=x", "bad-size"), ("", "bad-size"),
                ("size=2&for=0", "bad-time"), ("size=2&for=1e9", "bad-time"), ("size=2&for=nan", "bad-time"),
            ] {
                let answer = try await lab.call(controller, .PUT, "/v1/groups/default/size?\(query)", as: boss)
                #expect(answer.status == 400 && answer.code == code, "\(query)")
            }
            #expect(try await lab.call(controller, .POST, "/v1/groups/web/pause", as: boss).code == "no-such-group")
            #expect(try await lab.call(controller, .POST, "/v1/reload", as: boss).code == "configuration-refused")
            lab.disk.isFull = true
            let answer = try await lab.call(controller, .POST, "/v1/groups/default/pause", as: boss)
            #expect(answer.status == 503 && answer.code == "store-failing")
            lab.disk.isFull = false
            try await waitUntil("it is written down when the store can be") {
                try await lab.store().steering(group: "default").pausedBy == "boss"
            }
            await controller.stop()
        }
    }

    @Test("a size outside of the bounds that a schedule sets is refused, with the schedule and what ends it")
    func refusedBySchedule() async throws {
        try await withLab {
            $0.group = {
                $0.policy.min = 2
                $0.policy.max = 3
                $0.policy.schedules = [Schedule(cron: "* * * * *", min: 1, max: 1)]
            }
        } _: { lab in
            let controller = try await lab.start()
            let boss = try lab.operatorIdentity()
            let answer = try await lab.call(controller, .PUT, "/v1/groups/default/size?size=3", as: boss)
            #expect(answer.status == 400 && answer.code == "bad-size")
            let detail = try answer.message(Problem.self).detail
            #expect(
                detail
                    == "size must be a number within the bounds of 'default' in force, 1 to 1; the upper bound in force "
                    + "is 1, set by policy.schedule[0] (\"* * * * *\"); no end of it is in sight; change that schedule in "
                    + "the configuration"
            )
            #expect(try await lab.call(controller, .PUT, "/v1/groups/default/size?size=1", as: boss).status == 200)
            await controller.stop()
        }
    }

    @Test("a size that is held for a time is given back by itself, with an event")
    func untilATime() async throws {
        try await withLab { lab in
            let controller = try await lab.start()
            let boss = try Self.operatorClient(lab, controller)
            let steering = try await boss.hold(group: "default", size: 1, for: .seconds(1))
            #expect(steering.until.map { abs($0.timeIntervalSinceNow) < 5 } == true)
            try await lab.waitForEvent(.groupReleased, saying: "boss held the size at 1")
            #expect(try await lab.store().steering(group: "default").isEmpty)
            await controller.stop()
        }
    }

    @Test("events: followed by number, waited for, asked for by kind, time and order")
    func events() async throws {
        try await withLab { lab in
            let controller = try await lab.start()
            let boss = try Self.operatorClient(lab, controller)
            try await lab.waitForEvent(.controllerStarted)
            let first = try await boss.events(.init(kinds: [.controllerStarted]))
            #expect(first.events.count == 1 && first.newest != nil)
            var question = OperatorClient.EventRequest(kinds: [.groupPaused, .groupResumed])
            question.after = first.newest
            question.isOldestFirst = true
            question.wait = 30
            let asked = question
            async let waiting = boss.events(asked)
            _ = try await boss.pause(group: "default")
            #expect(try await waiting.events.map(\.kind) == [.groupPaused], "a wait ends with what it waits for")
            _ = try await boss.resume(group: "default")
            let both = try await boss.events(asked)
            #expect(both.events.map(\.kind) == [.groupPaused, .groupResumed])
            question.isOldestFirst = false
            #expect(try await boss.events(question).events.map(\.kind) == [.groupResumed, .groupPaused])
            question.since = "1h"
            question.limit = 1
            #expect(try await boss.events(question).events.map(\.kind) == [.groupResumed])
            question.after = both.newest
            question.wait = 0
            #expect(try await boss.events(question).events.isEmpty)
            let identity = try lab.operatorIdentity()
            for query in [
                "limit=0", "after=-1", "after=x", "since=yesterday", "kind=nonsense", "order=best", "wait=61",
                "wait=nan",
                "kind=overload,",
            ] where query != "kind=overload," {
                let answer = try await lab.call(controller, .GET, "/v1/events?\(query)", as: identity)
                #expect(answer.status == 400 && answer.code == "out-of-range", "\(query)")
            }
            await controller.stop()
        }
    }

    @Test("a backup holds a store that opens with all that was written, and the authority; nothing is left behind")
    func backup() async throws {
        try await withLab { lab in
            let controller = try await lab.start()
            let boss = try Self.operatorClient(lab, controller)
            _ = try await boss.pause(group: "default")
            let folder = lab.path + "-restored"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let archive = folder + "/backup.tar"
            do {
                let file = try BackupFile(path: archive, replaces: false)
                try await boss.backup(into: file)
                #expect(try file.addAuthority(from: lab.path, at: Date()))
                try file.finish()
            }
            let mode = try FileManager.default.attributesOfItem(atPath: archive)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            let tar = Process()
            tar.executableURL = URL(fileURLWithPath: "/usr/bin/tar")
            tar.arguments = ["-xpf", archive, "-C", folder]
            try tar.run()
            tar.waitUntilExit()
            #expect(tar.terminationStatus == 0)
            let restored = try StateDirectory(path: folder)
            #expect(try await restored.store().steering(group: "default").pausedBy == "boss")
            let own = try lab.authority.certificate
            #expect(try restored.authority(now: Date()).certificate == own)
            #expect(throws: BackupFile.Failure.self) { try BackupFile(path: archive, replaces: false) }
            let rest = try FileManager.default.contentsOfDirectory(atPath: lab.path).filter { $0.hasPrefix("backup-") }
            #expect(rest.isEmpty)
            try await lab.waitForEvent(.backupTaken, saying: "boss")
            await controller.stop()
        }
    }
}
