import Foundation
import NIOHTTP1
import Shared
import TestSupport
import Testing
import Wire

@testable import History
@testable import Lifecycle
@testable import Monitoring

@Suite("History: what is asked")
struct HistoryQueryTests {
    let start: Int64 = 1_800_000_000

    /// Two hours of ticks, of which the file keeps the last one in seconds.
    private func twoHours(_ path: String, instances: Int = 1) async throws -> Keeper {
        var keeper = try await Keeper(path)
        for offset in 0...7205 {
            keeper.add(
                .sample(
                    at: Double(start + Int64(offset)),
                    (0..<instances).map { .sample("vm\($0)", host: Double(offset % 100)) },
                    demand: Double(offset % 100)
                )
            )
            if offset % 600 == 0 { try await keeper.write(at: start + Int64(offset)) }
        }
        try await keeper.write(at: start + 7206)
        return keeper
    }

    @Test("the finest rows are taken that reach back far enough and are few enough")
    func resolution() async throws {
        try await withHistoryFile { path in
            let keeper = try await twoHours(path)
            let now = start + 7206
            // since (seconds ago), until, points -> seconds a point stands for
            let cases: [(Int64, Int64, Int, Int)] = [
                (300, 0, 600, 1), (600, 0, 600, 1), (3000, 0, 5000, 1), (3000, 0, 600, 10), (7000, 0, 5000, 10),
                (7000, 0, 600, 60), (7000, 0, 100, 120), (7000, 0, 1, 7020), (6900, 6800, 600, 10),
                // Nothing is known of more than two hours ago.
                (90_000, 0, 1000, 10),
            ]
            for (since, until, points, expected) in cases {
                let series = try await keeper.series(now - since, now - until, points: points)
                #expect(series.resolution == expected, "\(since) s ago, \(points) points")
                #expect(series.times.count <= points + 1 && !series.times.isEmpty)
                #expect(series.columns["demand"]?.count == series.times.count)
                #expect(series.instances[0].states.count == series.times.count)
                // What is too new for wide rows is there all the same.
                let last = try #require(series.times.last).timeIntervalSince1970
                #expect(last + Double(series.resolution) >= Double(now - until) - 2)
            }
            let wide = try await keeper.series(start, start + 120, points: 2)
            #expect(wide.columns["demand"] == [29.5, 56.2])
            #expect(wide.instances[0].peaks?["host"] == [59, 99])
        }
    }

    @Test("many instances give fewer points, and what nobody knows gives none")
    func bounds() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            let many = (0..<1000).map { TickRecord.Instance.sample("vm\($0)", host: 1) }
            for offset in 0..<150 { keeper.add(.sample(at: Double(start + Int64(offset)), many)) }
            try await keeper.write(at: start + 150)
            let series = try await keeper.series(start, start + 150)
            #expect(series.instances.count == 1000 && series.times.count <= 121 && series.leftOut == nil)
            #expect(series.instances.map(\.name).prefix(11).last == "vm10")
            let json = try series.json()
            #expect(try WireCoding.decode(HistorySeries.self, from: json) == series)
            let nothing = try await keeper.series(start - 500, start - 400)
            #expect(nothing.times.isEmpty && nothing.instances.isEmpty)
            var query = HistoryQuery(group: "other", since: .distantPast, until: .distantFuture)
            #expect(try await keeper.store.series(query) { $0 }.times.isEmpty)
            query = HistoryQuery(group: "default", since: .distantPast, until: .distantFuture, hasInstances: false)
            #expect(try await keeper.store.series(query) { $0 }.times.count == 150)
        }
    }

    @Test("of more rows than can be read in a moment only some are")
    func stride() {
        #expect(HistoryStore.stride(rows: 3600, instances: 500) == 1)
        #expect(HistoryStore.stride(rows: 43_200, instances: 1000) == 22)
        #expect(HistoryStore.stride(rows: 43_200, instances: 1) == 1)
        #expect(HistoryStore.stride(rows: 0, instances: 1) == 1)
    }

    @Test("the routes answer, refuse what makes no sense, and go on after a restart")
    func routes() async throws {
        try await withLab({ $0.historySize = 16 << 20 }) { lab in
            let running = try await lab.start()
            let boss = try lab.operatorIdentity()
            try await waitUntil("ticks are kept") {
                let answer = try await lab.call(running, .GET, "/v1/history?since=1m&points=60", as: boss)
                guard answer.status == 200 else { return false }
                return try answer.message(HistorySeries.self).times.count > 1
            }
            let bad = [
                "history?group=nope": 404, "decisions?group=nope": 404, "history?since=1m&until=2m": 400,
                "history?since=yesterday": 400, "history?until=x": 400, "history?points=0": 400,
                "history?points=5001": 400, "history?points=x": 400, "history?instances=2": 400,
                "decisions?limit=0": 400, "decisions?limit=1001": 400,
                "history?since=2026-01-01T00:00:00Z&until=2025-01-01T00:00:00Z": 400,
            ]
            for (path, status) in bad {
                let answer = try await lab.call(running, .GET, "/v1/\(path)", as: boss)
                #expect(answer.status == status && answer.code != nil, "\(path)")
            }
            for path in ["history", "decisions"] {
                let answer = try await lab.call(running, .GET, "/v1/\(path)", as: try lab.clientIdentity())
                #expect(answer.status == 403)
            }
            let decided = try await lab.call(running, .GET, "/v1/decisions?limit=5", as: boss)
                .message([DecisionRecord].self)
            #expect(!decided.isEmpty && decided.allSatisfy { $0.group == "default" && !$0.reason.isEmpty })
            await running.stop()

            let again = try await lab.start()
            try await waitUntil("what was is there again") {
                let answer = try await lab.call(again, .GET, "/v1/decisions?limit=1000", as: boss)
                guard answer.status == 200 else { return false }
                return try answer.message([DecisionRecord].self).contains { $0 == decided.last }
            }
        }
    }

    @Test("without a history the routes say so")
    func off() async throws {
        try await withLab { lab in
            let running = try await lab.start()
            let answer = try await lab.call(running, .GET, "/v1/history", as: try lab.operatorIdentity())
            #expect(answer.status == 404 && answer.code == "history-off")
            #expect(!FileManager.default.fileExists(atPath: "\(lab.path)/\(HistoryStore.fileName)"))
        }
    }
}
