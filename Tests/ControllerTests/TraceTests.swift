import Autoscaling
import Foundation
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Monitoring
@testable import Orchestration

@Suite("Recorded traces")
struct TraceTests {
    let date = Date(timeIntervalSince1970: 1_000_000)

    func withRecorder(
        limit: Int = RotatingFile.standardLimit,
        _ body: (_ path: String, _ policy: borrowing Mutex<GroupPolicy>, _ make: () -> TraceRecorder) throws -> Void
    ) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let policy = Shelf(GroupPolicy.standard)
        try body(directory + "/trace.jsonl", policy.value) {
            TraceRecorder(
                path: directory + "/trace.jsonl",
                limit: limit,
                header: { TraceHeader(group: "web", policy: policy.value.withLock { $0 }, interval: .seconds(1)) },
                logger: .quiet
            )
        }
    }

    final class Shelf: Sendable {
        let value: Mutex<GroupPolicy>
        init(_ policy: GroupPolicy) { value = Mutex(policy) }
    }

    /// Decides once a second on a hot instance and records it.
    func record(_ count: Int, _ recorder: TraceRecorder) -> [Decision] {
        var engine = ScalingEngine(policy: .standard, interval: .seconds(1))
        return (0..<count).map { second in
            let now = MonotonicInstant.seconds(Double(second))
            let load = LoadEstimate(
                id: "vm1",
                host: HostSample(at: now, utilization: 90),
                guest: nil,
                interval: .seconds(1),
                now: now
            )
            let decision = engine.decide(GroupObservation(inService: [load], reserve: 3), now: now)
            let time = CalendarTime(date.addingTimeInterval(Double(second)), hasSchedules: false)
            recorder.record(decision, calendar: time)
            return decision
        }
    }

    func lines(_ path: String) throws -> [TraceLine] {
        try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: 0x0A).map {
            try WireCoding.decoder().decode(TraceLine.self, from: Data($0))
        }
    }

    @Test("what was recorded is replayed to the same decisions")
    func replayed() throws {
        try withRecorder { path, _, make in
            let decisions = record(10, make())
            let replay = try #require(Replay(lines: try lines(path)))
            #expect(replay.header.group == "web")
            let result = replay.run()
            #expect(result.decisions == decisions)
            #expect(result.differences.isEmpty)
            #expect(decisions.contains { $0.order == .scaleOut(by: 1) })
        }
    }

    @Test("a changed policy, and a new life of the controller, begin with a header")
    func headers() throws {
        try withRecorder { path, policy, make in
            let recorder = make()
            _ = record(2, recorder)
            policy.withLock { $0.max = 7 }
            _ = record(2, recorder)
            _ = record(1, make())
            let kinds = try lines(path).map { if case .header(let header) = $0 { header.policy.max } else { 0 } }
            #expect(kinds == [GroupPolicy.unbounded, 0, 0, 7, 0, 0, 7, 0])
        }
    }

    @Test("full files are turned over, a few are kept, and each can be read by itself")
    func rotation() throws {
        try withRecorder(limit: 8000) { path, _, make in
            _ = record(100, make())
            let directory = (path as NSString).deletingLastPathComponent
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            #expect(names == ["trace.jsonl"] + (1...RotatingFile.kept).map { "trace.jsonl.\($0)" })
            for name in names {
                #expect(try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)")).count <= 9000)
                #expect(Replay(lines: try lines("\(directory)/\(name)")) != nil)
            }
        }
    }
}
