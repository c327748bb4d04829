import Foundation
import TestSupport
import Testing
import Tracing
import Wire

@testable import Lifecycle
@testable import Monitoring
@testable import Telemetry

@Suite("The file of spans")
struct SpanFileTests {
    func withFile(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body(directory + "/spans.jsonl")
    }

    func instant(_ second: UInt64) -> DefaultTracerClock.Timestamp {
        .init(nanosecondsSinceEpoch: second * 1_000_000_000)
    }

    /// A way into service that failed.
    func record(_ tracer: SpanFileTracer) {
        var row = Instance(uuid: "1-2", name: "vm1", since: Date(timeIntervalSince1970: 100))
        row.state = .starting
        var spans = LifecycleSpans()
        spans.begin([row])
        row.state = .failed
        row.reason = "the \"disk\"\nis full"
        let event = ControllerEvent(.instanceFailed, at: Date(timeIntervalSince1970: 103), instance: "vm1", detail: "x")
        let step = EventBus.Step(group: "default", at: event.at, changed: [row], events: [event])
        for ended in spans.take(step) { ended.record(with: tracer) }
    }

    @Test("each line is a request of OTLP/JSON, parents and times as the protocol has them")
    func shape() throws {
        try withFile { path in
            record(SpanFileTracer(path: path, logger: .quiet))
            let spans = try SpanLine.all(path)
            #expect(spans.map(\.name) == ["starting", "scale out"])
            let root = try #require(spans.last)
            let child = try #require(spans.first)
            for span in spans {
                #expect(
                    span.traceId.wholeMatch(of: /[0-9a-f]{32}/) != nil
                        && span.spanId.wholeMatch(of: /[0-9a-f]{16}/) != nil
                )
                #expect(
                    span.kind == 1 && span.startTimeUnixNano == "100000000000" && span.endTimeUnixNano == "103000000000"
                )
                #expect(span.status.code == 2 && span.status.message == "the \"disk\"\nis full")
                #expect(span.resource == ["service.name": "cms-controller", "service.version": CMSVersion.current])
            }
            #expect(child.traceId == root.traceId && child.parentSpanId == root.spanId && root.parentSpanId == nil)
            #expect(root.spanId != child.spanId)
            #expect(root.texts["from"] == "cold" && root.texts["attempt"] == "1" && root.texts["resumed"] == "true")
            #expect(root.events?.map(\.name) == ["instance.failed"])
            #expect(root.events?.first?.timeUnixNano == "103000000000")
        }
    }

    @Test("all kinds of attributes, links and errors, and nothing after the end")
    func attributes() throws {
        try withFile { path in
            let tracer = SpanFileTracer(path: path, logger: .quiet)
            let other = tracer.startSpan("other", context: .topLevel, at: instant(1))
            let span = tracer.startSpan("span", context: .topLevel, ofKind: .client, at: instant(5))
            span.attributes = [
                "int": .int64(1 << 53), "double": 0.5, "infinite": .double(.infinity), "bool": true,
                "list": .stringArray(["a", "b"]),
            ]
            span.addLink(SpanLink(context: other.context, attributes: [:]))
            span.recordError(CancellationError(), attributes: [:], at: instant(6))
            span.end(at: instant(4))
            span.attributes["late"] = "x"
            span.end(at: instant(9))
            let lines = try SpanLine.all(path)
            #expect(lines.count == 1 && !span.isRecording && other.isRecording)
            let line = try #require(lines.first)
            #expect(
                line.texts == [
                    "int": "9007199254740992", "double": "0.5", "infinite": "inf", "bool": "true", "list": "a,b",
                ]
            )
            #expect(line.kind == 3 && line.endTimeUnixNano == line.startTimeUnixNano && line.status.code == nil)
            #expect(line.links?.first?.spanId == other.context.spanPlace?.span)
            #expect(line.events?.first?.name == "exception")
        }
    }

    @Test("after a kill in the middle of a line the next ones are whole")
    func halfLine() throws {
        try withFile { path in
            record(SpanFileTracer(path: path, logger: .quiet))
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            try data.dropLast(40).write(to: URL(fileURLWithPath: path))
            record(SpanFileTracer(path: path, logger: .quiet))
            let lines = try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0A)
            #expect(lines.count == 4)
            let whole = lines.filter { (try? JSONSerialization.jsonObject(with: Data($0))) != nil }
            #expect(whole.count == 3)
        }
    }

    @Test("full files are turned over and few are kept")
    func bounded() throws {
        try withFile { path in
            let tracer = SpanFileTracer(path: path, limit: 4000, logger: .quiet)
            for _ in 0..<50 { record(tracer) }
            let directory = (path as NSString).deletingLastPathComponent
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(names == ["spans.jsonl"] + (1...RotatingFile.kept).map { "spans.jsonl.\($0)" })
            for name in names {
                #expect(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")).count <= 4000)
                #expect(try !SpanLine.all("\(directory)/\(name)").isEmpty)
            }
            // A full one that is there at the start is turned over, too.
            try Data(repeating: 0x0A, count: 5000).write(to: URL(fileURLWithPath: path))
            record(SpanFileTracer(path: path, limit: 4000, logger: .quiet))
            #expect(try SpanLine.all(path).count == 2)
        }
    }

    @Test("a full disk costs lines, and a folder that appears later is used")
    func fullDisk() throws {
        record(SpanFileTracer(path: "/dev/full", logger: .quiet))
        var full = RotatingFile(path: "/dev/full")
        let isOther = full.makeRoom(for: 2)
        let failure = full.append([0x61, 0x0A])
        #expect(isOther && failure == String(cString: strerror(ENOSPC)))
        try withFile { path in
            let folder = (path as NSString).deletingLastPathComponent + "/later"
            let tracer = SpanFileTracer(path: folder + "/spans.jsonl", logger: .quiet)
            record(tracer)
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            record(tracer)
            #expect(try SpanLine.all(folder + "/spans.jsonl").count == 2)
        }
    }
}

extension SocketTests {
    @Suite("The whole path: spans")
    struct Spans {
        @Test("a controller writes the trace of a scale out while it runs")
        func wholePath() async throws {
            let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID()).jsonl").path
            defer { try? FileManager.default.removeItem(atPath: path) }
            try await withGroup({ $0.spansFile = path }) { group in
                let controller = try await group.lab.start()
                let log = try group.lab.watch(controller)
                try await group.waitForService("vm1", log: log)
                try await waitUntil("the trace is written") {
                    (try? SpanLine.all(path).contains { $0.name == "scale out" }) ?? false
                }
                let spans = try SpanLine.all(path)
                let root = try #require(spans.first { $0.name == "scale out" })
                let times = spans.filter { $0.parentSpanId == root.spanId }
                #expect(times.first?.startTimeUnixNano == root.startTimeUnixNano)
                #expect(times.last?.endTimeUnixNano == root.endTimeUnixNano)
                #expect(root.texts["instance"] == "vm1" && root.texts["revision"] != nil && root.status.code == 1)
                let names = root.events?.map(\.name) ?? []
                let way = [
                    "instance.starting", "instance.started", "agent.registered", "instance.probed", "endpoints.changed",
                ]
                #expect(names.filter(way.contains) == way)
            }
        }
    }
}
