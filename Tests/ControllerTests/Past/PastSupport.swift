import Foundation
import Testing

@testable import Autoscaling
@testable import History
@testable import Lifecycle
@testable import Monitoring

/// Runs a test with the path of a history file in a directory of its own.
func withHistoryFile(_ body: (String) async throws -> Void) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body("\(path)/\(HistoryStore.fileName)")
}

extension TickRecord {
    /// A tick of the group `default`.
    static func sample(at second: Double, _ instances: [Instance], demand: Double? = nil) -> TickRecord {
        TickRecord(
            group: "default",
            at: Date(timeIntervalSince1970: second),
            mode: .on,
            minimum: 1,
            maximum: 9,
            threshold: 75,
            capacity: instances.count,
            desired: instances.count,
            demand: demand,
            overloaded: (demand ?? 0) > 75,
            order: "hold",
            reason: "because",
            whatWouldChange: "nothing",
            revision: 7,
            endpoints: instances.count,
            watchers: 0,
            acknowledged: 0,
            instances: instances
        )
    }
}

extension TickRecord.Instance {
    static func sample(_ name: String, _ state: InstanceState = .inService, host: Double? = nil) -> Self {
        TickRecord.Instance(uuid: "uuid-\(name)", name: name, state: state, host: host, p99: host.map { $0 / 1000 })
    }
}

extension Decision {
    static func sample(
        _ order: Order = .hold,
        rule: String = "threshold",
        size: Int = 2,
        clamps: [Clamp] = [],
        text: String = "demand 20 %"
    ) -> Decision {
        Decision(
            at: MonotonicInstant(nanoseconds: 0),
            order: order,
            desired: size,
            capacity: 1,
            reason: text,
            whatWouldChange: "more load",
            overloaded: false,
            overloadedSince: nil,
            hotSamples: 0,
            unclampedSize: size,
            recommendations: [RuleRecommendation(rule: rule, size: size, text: text)],
            clamps: clamps,
            observation: GroupObservation(inService: [], reserve: 1)
        )
    }
}

/// Ticks on their way into a file, as ``History`` sends them, without its clock.
struct Keeper {
    let path: String
    let store: HistoryStore
    var buffer = HistoryBuffer()

    init(_ path: String, limit: Int64 = 64 << 20) async throws {
        self.path = path
        store = try HistoryStore(path: path, limit: limit)
        buffer.adopt(names: try await store.names(), decisions: try await store.lastDecisions())
    }

    mutating func add(_ tick: TickRecord, _ decision: Decision? = nil) { buffer.add(tick, decision) }

    /// Writes what is complete at that second.
    mutating func write(at second: Int64) async throws {
        let batch = buffer.take(before: second)
        _ = try await store.write(batch, now: Date(timeIntervalSince1970: Double(second)))
    }

    /// The rows of a level.
    func rows(_ level: HistoryLevel) async throws -> [HistoryRow] {
        try await store.rows(level)
    }

    func series(_ since: Int64, _ until: Int64, points: Int = 5000) async throws -> HistorySeries {
        let query = HistoryQuery(
            group: "default",
            since: Date(timeIntervalSince1970: Double(since)),
            until: Date(timeIntervalSince1970: Double(until)),
            points: points
        )
        return try await store.series(query) { $0 }
    }
}
