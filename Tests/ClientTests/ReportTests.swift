import NIOCore
import Shared
import Testing
import Wire

@testable import Client

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct ReportTests {
    let noon = Date(timeIntervalSince1970: 1_767_268_800)

    func answer(_ seconds: Double = 0.25, server: String = "vm1", at: Double = 0, attempts: Int = 1) -> AnswerEvent {
        AnswerEvent(
            at: noon.addingTimeInterval(at),
            startedAt: noon.addingTimeInterval(at - seconds),
            worker: 3,
            n: 30,
            result: 832_040,
            server: server,
            endpoint: "https://192.0.2.1:8000",
            seconds: seconds,
            attempts: attempts
        )
    }

    func failure(server: String? = "vm2", error: String = "no answer in time") -> FailureEvent {
        FailureEvent(
            at: noon,
            startedAt: noon.addingTimeInterval(-30),
            worker: 4,
            n: 33,
            server: server,
            endpoint: server.map { _ in "https://192.0.2.2:8000" },
            seconds: 30,
            attempts: 2,
            error: error
        )
    }

    @Test func eventsAsJSON() throws {
        #expect(
            try RunEvent.answer(answer()).json
                == #"{"at":"2026-01-01T12:00:00.000Z","attempts":1,"endpoint":"https://192.0.2.1:8000","n":30,"#
                + #""result":832040,"seconds":0.25,"server":"vm1","startedAt":"2026-01-01T11:59:59.750Z","#
                + #""type":"answer","worker":3}"#
        )
        #expect(
            try RunEvent.phase(PhaseEvent(at: noon, phase: .tail)).json
                == #"{"at":"2026-01-01T12:00:00.000Z","phase":"tail","type":"phase"}"#
        )
    }

    @Test func aPathStandsInEventsAndLogInPlaceOfTheNumber() throws {
        var page = answer()
        (page.n, page.result, page.path, page.status, page.bytes) = (nil, nil, "/work?n=1", 204, 12)
        #expect(
            try RunEvent.answer(page).json
                == #"{"at":"2026-01-01T12:00:00.000Z","attempts":1,"bytes":12,"endpoint":"https://192.0.2.1:8000","#
                + #""path":"/work?n=1","seconds":0.25,"server":"vm1","startedAt":"2026-01-01T11:59:59.750Z","#
                + #""status":204,"type":"answer","worker":3}"#
        )
        #expect(
            RunEvent.answer(page).logLine
                == "2026-01-01T12:00:00.000Z worker 3: GET /work?n=1 = 204, 12 bytes, server vm1, 0.250 s"
        )
        var failed = failure()
        (failed.n, failed.path) = (nil, "/work?n=1")
        #expect(try RunEvent.failure(failed).json.contains(#""n":"#) == false)
        #expect(RunEvent.failure(failed).sentence == "/work?n=1 failed after 30.00 s: no answer in time")
        #expect(RunEvent.failure(failed).logLine?.contains("worker 4: GET /work?n=1 failed, server vm2") == true)
        for event in [RunEvent.answer(page), .failure(failed)] {
            #expect(try WireCoding.decode(RunEvent.self, from: ByteBuffer(string: try event.json)) == event)
        }
    }

    @Test func addressesThatWereNamedHaveNoRevisionAndNoController() throws {
        var statistics = RunStatistics()
        statistics.record(answer())
        statistics.record(failure())
        let address = Endpoint(id: "1", name: "lb:80", url: "http://lb:80")
        let summary = SummaryEvent(
            statistics,
            plan: LoadPlan(mode: .high),
            end: .finished,
            startedAt: noon,
            now: noon,
            set: EndpointSet(revision: 0, endpoints: [address]),
            isFixed: true
        )
        #expect(summary.revision == nil)
        #expect(summary.error == "1 of 2 requests failed")
        #expect(SummaryText.lines(summary).last?.hasSuffix("answered after a retry; addresses: lb:80") == true)
        let recorder = RunRecorder()
        recorder.record(.answer(answer()))
        let screen = RunScreen(
            mode: .high,
            controller: nil,
            startedAt: noon,
            now: noon.addingTimeInterval(5),
            revision: nil,
            endpoints: [RunScreen.Row(name: "lb:80", outstanding: 1, ejected: false)],
            run: recorder.snapshot
        )
        let lines = screen.lines(width: 120, height: 40)
        #expect(lines.first == "cms-client high  5 s")
        #expect(lines.contains { $0.hasPrefix("vm1") && !$0.contains("left") })
    }

    @Test func aNoticeBecomesAnEvent() throws {
        var notice = EndpointNotice(kind: .scaling, revision: 7, at: noon)
        notice.name = "vm2"
        notice.reason = "three samples over 75 %"
        let endpoint = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
        let received = noon.addingTimeInterval(0.012)
        let event = RunEvent(
            .notice(notice, endpoints: [endpoint], receivedAt: received),
            controller: HostPort(host: "c", port: 7000),
            at: Date()
        )
        #expect(
            try event.json
                == #"{"at":"2026-01-01T12:00:00.012Z","endpoints":["vm1"],"kind":"scaling","name":"vm2","#
                + #""reason":"three samples over 75 %","revision":7,"sentAt":"2026-01-01T12:00:00.000Z","#
                + #""type":"notice"}"#
        )
    }

    @Test func timesKeepTheirMillisecond() throws {
        for millisecond in 0..<1000 {
            let digits = String(String(1000 + millisecond).dropFirst())
            let text = "2026-01-01T12:00:00.\(digits)Z"
            #expect(Date(rfc3339: text)?.rfc3339 == text)
        }
    }

    @Test func eventsDecodeBack() throws {
        var statistics = RunStatistics()
        statistics.record(answer())
        statistics.record(failure())
        let summary = SummaryEvent(
            statistics,
            plan: LoadPlan(mode: .high),
            end: .finished,
            startedAt: noon,
            now: noon,
            set: EndpointSet(revision: 3, endpoints: [])
        )
        let notice = NoticeEvent(at: noon, kind: "change", revision: 2, endpoints: ["vm1"], sentAt: noon)
        let events: [RunEvent] = [
            .answer(answer()), .failure(failure()), .failure(failure(server: nil)), .notice(notice),
            .connection(ConnectionEvent(at: noon, connected: false, detail: "gone")),
            .remark(RemarkEvent(at: noon, detail: "renewed")), .phase(PhaseEvent(at: noon, phase: .low)),
            .summary(summary),
        ]
        for event in events {
            let line = ByteBuffer(string: try event.json)
            #expect(try WireCoding.decode(RunEvent.self, from: line) == event)
        }
        #expect(throws: UnreadableMessage.self) {
            try WireCoding.decode(RunEvent.self, from: ByteBuffer(string: #"{"type":"weather"}"#))
        }
    }

    @Test func theLogHasALineForEachAnswerAndFailure() {
        #expect(
            RunEvent.answer(answer()).logLine
                == "2026-01-01T12:00:00.000Z worker 3: Fibonacci(30) = 832040, server vm1, 0.250 s"
        )
        #expect(
            RunEvent.failure(failure(error: "bad\nline\u{1B}[2J")).logLine
                == "2026-01-01T12:00:00.000Z worker 4: Fibonacci(33) failed, server vm2, 30.000 s: bad?line?[2J"
        )
        #expect(RunEvent.phase(PhaseEvent(at: noon, phase: .low)).logLine == nil)
    }

    @Test func theStatisticsCountEachServerForItself() throws {
        var statistics = RunStatistics()
        for index in 1...100 { statistics.record(answer(Double(index) / 100, at: Double(index) / 10)) }
        statistics.record(answer(5, server: "vm2", attempts: 2))
        statistics.record(failure())
        statistics.record(failure(server: nil))
        let vm1 = try #require(statistics.servers["vm1"]).summary(of: "vm1")
        #expect(vm1.ok == 100)
        #expect(vm1.failed == 0)
        #expect(vm1.meanSeconds == 0.505)
        // Three significant digits.
        #expect(abs((vm1.p50Seconds ?? 0) - 0.50) < 0.001)
        #expect(abs((vm1.p90Seconds ?? 0) - 0.90) < 0.001)
        #expect(abs((vm1.p99Seconds ?? 0) - 0.99) < 0.001)
        #expect(vm1.maxSeconds == 1)
        let vm2 = try #require(statistics.servers["vm2"]).summary(of: "vm2")
        #expect([vm2.ok, vm2.failed] == [1, 1])
        let nobody = try #require(statistics.servers["-"]).summary(of: "-")
        #expect(nobody.failed == 1)
        #expect(nobody.meanSeconds == nil, "no answers, no mean")
        #expect(statistics.total.ok == 101)
        #expect(statistics.total.failed == 2)
        #expect(statistics.retried == 1)
    }

    @Test func theRateLooksBackFiveSeconds() throws {
        var statistics = RunStatistics()
        for index in 0..<100 { statistics.record(answer(0.01, at: Double(index) / 10)) }
        let vm1 = try #require(statistics.servers["vm1"])
        #expect(vm1.rate(at: noon.addingTimeInterval(10)) == 10)
        #expect(vm1.rate(at: noon.addingTimeInterval(12.5)) == 6)
        #expect(vm1.rate(at: noon.addingTimeInterval(60)) == 0)
    }

    @Test func serversWithoutEndAreCountedTogether() {
        var statistics = RunStatistics()
        for index in 0..<3000 { statistics.record(answer(server: "vm\(index)")) }
        #expect(statistics.servers.count == RunStatistics.largestCount + 1)
        #expect(statistics.servers[RunStatistics.others]?.ok == 2000)
        #expect(statistics.total.ok == 3000)
    }

    @Test func theVerdictNamesWhatWentWrong() {
        func verdict(_ end: LoadGenerator.End, ok: Int, failed: Int, set: EndpointSet? = nil) -> String? {
            var statistics = RunStatistics()
            for _ in 0..<ok { statistics.record(answer()) }
            for _ in 0..<failed { statistics.record(failure()) }
            return SummaryEvent(
                statistics,
                plan: LoadPlan(mode: .ramp),
                end: end,
                startedAt: noon,
                now: noon,
                set: set
            ).error
        }
        let empty = EndpointSet(revision: 1, endpoints: [])
        #expect(verdict(.finished, ok: 1, failed: 0) == nil)
        #expect(verdict(.finished, ok: 9, failed: 1, set: empty) == "1 of 10 requests failed")
        #expect(verdict(.finished, ok: 0, failed: 1)?.contains("not reached") == true)
        #expect(verdict(.gaveUp, ok: 9, failed: 0)?.contains("within 300 s") == true)
        #expect(verdict(.finished, ok: 0, failed: 0)?.contains("not reached") == true)
        #expect(verdict(.finished, ok: 0, failed: 0, set: empty) == "no request was answered")
    }

    @Test func theSummaryIsATable() {
        var statistics = RunStatistics()
        for _ in 0..<4 { statistics.record(answer(0.25)) }
        statistics.record(answer(2.5, server: "vm2", at: 1))
        let endpoints = ["vm1", "vm2"].map { Endpoint(id: $0, name: $0, url: "https://\($0)") }
        let summary = SummaryEvent(
            statistics,
            plan: LoadPlan(mode: .high),
            end: .finished,
            startedAt: noon,
            now: noon,
            set: EndpointSet(revision: 2, endpoints: endpoints)
        )
        let expected = """
            server  ok  failed      mean       p50       p90       p99       max  requests/s
            vm1      4       0  250.0 ms  250.0 ms  250.0 ms  250.0 ms  250.0 ms        16.0
            vm2      1       0    2.50 s    2.50 s    2.50 s    2.50 s    2.50 s         0.4
            total    5       0  700.0 ms  250.1 ms    2.50 s    2.50 s    2.50 s         2.0
            2.5 s, 0 answered after a retry; endpoints at the end (revision 2): vm1, vm2
            """
        #expect(SummaryText.lines(summary).joined(separator: "\n") == expected)
    }

    @Test func theLiveViewFitsTheTerminal() {
        let recorder = RunRecorder()
        recorder.record(.connection(ConnectionEvent(at: noon, connected: true, detail: "watching")))
        recorder.record(.phase(PhaseEvent(at: noon, phase: .high)))
        for index in 0..<50 { recorder.record(.answer(answer(0.25, at: Double(index) / 10))) }
        func screen(_ count: Int) -> RunScreen {
            RunScreen(
                mode: .ramp,
                controller: "c:7000",
                startedAt: noon,
                now: noon.addingTimeInterval(5),
                revision: 4,
                endpoints: (1...count).map { RunScreen.Row(name: "vm\($0)", outstanding: $0, ejected: $0 == 2) },
                run: recorder.snapshot
            )
        }
        let expected = """
            cms-client ramp (high)  5 s  controller c:7000: connected, revision 4

            endpoint  requests/s       p50       p99  under way  ok  failed
            vm1             10.0  250.0 ms  250.0 ms          1  50       0
            vm2                -         -         -          2   0       0  set aside
            total           10.0  250.0 ms  250.0 ms          3  50       0

            12:00:00 watching
            12:00:00 high load begins
            """
        #expect(screen(2).lines(width: 120, height: 40).joined(separator: "\n") == expected)
        let small = screen(200).lines(width: 40, height: 16)
        #expect(small.count < 16)
        #expect(small.allSatisfy { $0.count <= 40 })
        #expect(small.contains { $0.contains("more") })
        #expect(small.contains { $0.hasPrefix("total") })
    }

    @Test func failuresByTheHundredArePrintedInPart() throws {
        let path = "/tmp/cms-client-lines-\(UUID().uuidString)"
        let file = try LineFile(path: path)
        let recorder = RunRecorder(lines: file)
        for _ in 0..<100 { recorder.record(.failure(failure())) }
        var late = failure()
        late.at = noon.addingTimeInterval(2)
        recorder.record(.failure(late))
        let data = try #require(FileManager.default.contents(atPath: path))
        try FileManager.default.removeItem(atPath: path)
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == RunRecorder.failuresPerSecond + 1)
        #expect(lines.last?.hasSuffix("(and 95 more)") == true)
        #expect(recorder.snapshot.statistics.total.failed == 101)
    }

    @Test func aFileThatCannotBeWrittenIsNamed() throws {
        #expect(throws: LineFile.OpenFailure.self) { try LineFile(path: "/nonexistent/log.txt") }
        let full = try LineFile(path: "/dev/full")
        full.write("line")
        #expect(full.failure?.contains("/dev/full") == true)
    }

    @Test(arguments: [
        (0.0, 1, "0.0"), (1.25, 1, "1.3"), (-0.04, 1, "0.0"), (-1.5, 0, "-2"), (0.005, 3, "0.005"),
        (.nan, 2, "-"), (1e300, 1, "-"),
    ])
    func numbersReadTheSameEverywhere(value: Double, places: Int, text: String) {
        #expect(NumberText.decimal(value, places: places) == text)
    }
}
