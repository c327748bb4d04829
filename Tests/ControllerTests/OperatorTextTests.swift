import Autoscaling
import Foundation
import Synchronization
import Testing

@testable import Lifecycle
@testable import Operator

@Suite("What operators read")
struct OperatorTextTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    @Test("colours on a terminal that has them, and only there")
    func colours() {
        let usual = ["TERM": "xterm-256color"]
        #expect(TextStyle(isTerminal: true, environment: usual).hasColors)
        #expect(!TextStyle(isTerminal: false, environment: usual).hasColors)
        #expect(!TextStyle(isTerminal: true, environment: usual.merging(["NO_COLOR": "1"]) { $1 }).hasColors)
        #expect(TextStyle(isTerminal: true, environment: usual.merging(["NO_COLOR": ""]) { $1 }).hasColors)
        #expect(!TextStyle(isTerminal: true, environment: ["TERM": "dumb"]).hasColors)
        #expect(!TextStyle(isTerminal: true, environment: [:]).hasColors)
    }

    @Test("columns stay aligned with colours and wide characters, and nothing that a guest says moves the cursor")
    func table() {
        var table = TextTable(heading: ["A", "B"])
        table.rows += [[.init("vm1", .good), "x"], [.init("仮想"), "y"], [.init("e\u{301}\u{1B}[2J\n"), "z"], []]
        let plain = table.lines(.plain)
        #expect(plain == ["A       B", "vm1     x", "仮想    y", "e\u{301}\u{FFFD}[2J   z", ""])
        let coloured = table.lines(TextStyle(hasColors: true))
        #expect(coloured[1] == "\u{1B}[32mvm1\u{1B}[0m     x")
    }

    @Test("an event says when, what, where and who; who is not said twice")
    func event() {
        var event = ControllerEvent(.groupPaused, at: now, by: "boss", detail: "boss paused it")
        event.group = "web"
        #expect(EventText().line(event).hasSuffix("web               boss paused it"))
        event.detail = "changed: min"
        event.instance = "vm1"
        #expect(EventText().line(event).hasPrefix("2027-01-15T08:00:00.000Z  group.paused "))
        #expect(EventText().line(event).hasSuffix("web/vm1           changed: min [boss]"))
    }

    @Test("instances of all groups in one table, as people count")
    func instances() {
        let rows = ["vm10", "vm2"].map { Instance(uuid: $0, name: $0, since: now) }
        let text = InstancesText(now: now.addingTimeInterval(7200)).render(rows).split(separator: "\n")
        #expect(text.count == 3 && text[1].contains("vm2 ") && text[2].contains("vm10"))
        #expect(text[1].contains("2 h"))
        #expect(InstancesText(now: now).render([]) == "no instances")
    }

    @Test("the picture is cut to the terminal's height and says so")
    func screen() {
        let text = (1...10).map { "line \($0)" }.joined(separator: "\n")
        let drawn = StatusScreen.redraw(text, height: 5)
        #expect(drawn.contains("line 3\u{1B}[K") && !drawn.contains("line 4\u{1B}[K") && drawn.contains("7 more lines"))
        #expect(StatusScreen.redraw(text, height: 20).contains("line 10"))
        #expect(StatusScreen.redraw(text, height: 0).hasPrefix("\u{1B}[H"))
    }

    @Test("how far a group has come to a size")
    func progress() {
        var status = GroupStatus.sample
        status.instances[0].state = .booting
        status.counts = ["booting": 1]
        #expect(ScaleProgress(status, size: 1).text == "0 of 1 in service, vm1 booting")
        status.counts = ["in service": 1]
        #expect(ScaleProgress(status, size: 1).isReached)
        #expect(!ScaleProgress(status, size: 2).isReached)
    }

    @Test("a text is added when something changed, not when time passed")
    func news() {
        var screen = StatusScreen()
        var status = GroupStatus.sample
        let first = screen.isNews([status])
        status.decidedAt = now
        let second = screen.isNews([status])
        status.steering = GroupSteering()
        status.steering?.size = 3
        let third = screen.isNews([status])
        #expect(first && !second && third)
    }

    @Test("events are followed over a loss and a new store, each once, none left out")
    func follower() async throws {
        let script = Mutex<[Result<OperatorClient.EventAnswer, OperatorClient.Failure>]>([
            .success(.init(events: [event(3), event(2)], newest: 3)),
            .success(.init(events: [event(4), event(5)], newest: 5)),
            .failure(.init(description: "lost", isTransient: true)),
            .failure(.init(description: "lost", isTransient: true)),
            .success(.init(events: [], newest: 5)),
            .success(.init(events: [], newest: 1)),
            .success(.init(events: [event(1)], newest: 1)),
            .failure(.init(description: "refused")),
        ])
        let asked = Mutex<[Int64?]>([])
        let follower = EventFollower { question in
            asked.withLock { $0.append(question.after) }
            return try script.withLock { $0.removeFirst() }.get()
        } sleep: { _ in
        }
        var seen: [Int64] = []
        var notices: [String] = []
        await #expect(throws: OperatorClient.Failure.self) {
            try await follower.run(
                .init(limit: 2),
                emit: { seen += $0.compactMap(\.id) },
                notice: { notices.append($0) }
            )
        }
        #expect(seen == [2, 3, 4, 5, 1])
        #expect(asked.withLock { $0 } == [nil, 3, 5, 5, 5, 5, 0, 1])
        #expect(notices.count == 3 && notices[0].hasPrefix("lost") && notices[1].contains("again"))
    }

    private func event(_ id: Int64) -> ControllerEvent {
        var event = ControllerEvent(.overload, at: now, detail: "x")
        event.id = id
        return event
    }
}

extension GroupStatus {
    /// A group with one instance.
    static var sample: GroupStatus {
        GroupStatus(
            group: "web",
            mode: "on",
            minimum: 1,
            maximum: 3,
            counts: [:],
            standbyMemory: 0,
            revision: 1,
            endpoints: [],
            instances: [Instance(uuid: "a", name: "vm1", since: Date(timeIntervalSince1970: 1_800_000_000))],
            isStoreFailing: false,
            isHypervisorLost: false
        )
    }
}
