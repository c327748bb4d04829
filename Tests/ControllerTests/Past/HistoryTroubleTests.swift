import Foundation
import Logging
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import History
@testable import Lifecycle
@testable import Monitoring

@Suite("History: what goes wrong")
struct HistoryTroubleTests {
    let start: Int64 = 1_800_000_000

    @Test("the files stay under the bound; the oldest fine rows go first and give their space back")
    func size() async throws {
        try await withHistoryFile { path in
            let limit: Int64 = 4 << 20
            var keeper = try await Keeper(path, limit: limit)
            let instances = (0..<500).map { TickRecord.Instance.sample("vm\($0)", host: Double($0 % 100)) }
            // Ten seconds apart, so that every row of ten seconds is one of a second: twice the bound in all.
            for tick in 0..<700 {
                let second = start + Int64(tick) * 10
                keeper.add(.sample(at: Double(second), instances))
                try await keeper.write(at: second + 1)
                guard tick % 100 == 99 else { continue }
                let files = try ["", "-wal"].map { suffix in
                    try FileManager.default.attributesOfItem(atPath: path + suffix)[.size] as? Int64 ?? 0
                }
                #expect(files.reduce(0, +) <= limit)
            }
            let now = start + 7000
            let (fine, coarse) = (try await keeper.rows(.second), try await keeper.rows(.minute))
            let middle = try await keeper.rows(.tenSeconds)
            #expect(middle.count < 700 && middle.count > fine.count)
            #expect(fine.count < 360 && fine.count >= 6 && fine.last?.at == now - 10)
            #expect(coarse.count == 116)
            try await keeper.store.check()
        }
    }

    @Test("a copy of the files, taken while they are written, opens and is whole up to a second")
    func kill() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            for tick in 0..<200 {
                let second = start + Int64(tick)
                keeper.add(.sample(at: Double(second), (0..<50).map { .sample("vm\($0)", host: 10) }), .sample())
                try await keeper.write(at: second + 1)
                guard tick % 37 == 36 else { continue }
                let copy = "\(path)-copy\(tick)"
                for suffix in ["", "-wal"] {
                    try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
                }
                // The last transaction may be torn, as a crash of the machine leaves it.
                let log = try FileHandle(forWritingTo: URL(fileURLWithPath: copy + "-wal"))
                try log.truncate(atOffset: try log.seekToEnd() - 1000)
                let again = try await Keeper(copy)
                try await again.store.check()
                let rows = try await again.rows(.second)
                #expect(rows.last?.at ?? 0 >= second - 1 && rows.count >= tick)
                #expect(rows.allSatisfy { $0.instances.count == 50 })
                #expect(try await again.store.decisions(group: "default", limit: 5).count == 1)
            }
        }
    }

    /// Five minutes, all of them in the main file.
    private func fill(_ path: String) async throws {
        var keeper = try await Keeper(path)
        for tick in 0..<300 { keeper.add(.sample(at: Double(start) + Double(tick), [.sample("vm1", host: 5)])) }
        try await keeper.write(at: start + 300)
    }

    private func running(_ path: String, limit: Int64 = 16 << 20) -> (History, EventBus, EventList) {
        let (eventBus, events) = (EventBus(), EventList())
        let history = History(
            path: path,
            limit: limit,
            eventBus: eventBus,
            groups: 1,
            clock: SteadyClock(),
            report: { events.add($0) },
            logger: .quiet
        )
        return (history, eventBus, events)
    }

    private func times(_ history: History) async throws -> [Date] {
        let query = HistoryQuery(
            group: "default",
            since: Date(timeIntervalSinceNow: -60),
            until: Date(timeIntervalSinceNow: 5)
        )
        return try WireCoding.decode(HistorySeries.self, from: try await history.series(query)).times
    }

    @Test(
        "a file that is none, or is damaged within, is put aside and said; a new one is begun",
        arguments: [false, true]
    )
    func damaged(within: Bool) async throws {
        try await withHistoryFile { path in
            if within {
                try await fill(path)
                let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
                for page in stride(from: UInt64(3), to: try file.seekToEnd() / 4096, by: 1) {
                    try file.seek(toOffset: page * 4096)
                    try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
                }
            } else {
                try Data("this is no database, and was none".utf8).write(to: URL(fileURLWithPath: path))
            }
            let (history, eventBus, events) = running(path)
            try await withBackground { background in
                let job = background.start { try await history.run() }
                try await waitUntil("the new file holds ticks") {
                    let at = Date().timeIntervalSince1970
                    eventBus.tell(.tick(.sample(at: at, [.sample("vm1", host: 10)]), .sample()))
                    return (try? await times(history).count) ?? 0 > 1
                }
                await job.stop()
            }
            #expect(events.all.map(\.kind) == [.historyFailed])
            let names = try FileManager.default.contentsOfDirectory(
                atPath: (path as NSString).deletingLastPathComponent
            )
            #expect(
                names.filter { $0.contains(".damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.count == 1
            )
        }
    }

    @Test("what is told before the file is open waits for it: numbers and causes are those of the file")
    func early() async throws {
        try await withHistoryFile { path in
            let now = Date().timeIntervalSince1970
            do {
                var keeper = try await Keeper(path)
                keeper.add(.sample(at: now - 20, [.sample("vm9", host: 77)]), .sample())
                try await keeper.write(at: Int64(now))
            }
            let (history, eventBus, events) = running(path)
            eventBus.tell(.tick(.sample(at: now, [.sample("vm1", host: 10)]), .sample()))
            let query = HistoryQuery(
                group: "default",
                since: Date(timeIntervalSince1970: now - 60),
                until: .distantFuture
            )
            try await withBackground { background in
                let job = background.start { try await history.run() }
                try await waitUntil("both are there") {
                    guard let json = try? await history.series(query) else { return false }
                    let series = try WireCoding.decode(HistorySeries.self, from: json)
                    return series.instances.map(\.name) == ["vm1", "vm9"]
                        && series.instances[1].columns["host"]?.first == 77
                }
                let kept = try await history.decisions(group: "default", limit: 10)
                #expect(try WireCoding.decode([DecisionRecord].self, from: kept).count == 1)
                await job.stop()
            }
            #expect(events.all.isEmpty)
        }
    }

    @Test("where no file can be made it rests, says so once, and says why when asked")
    func unwritable() async throws {
        try await withHistoryFile { path in
            let (history, eventBus, events) = running("\(path)/nowhere/\(HistoryStore.fileName)")
            try await withBackground { background in
                let job = background.start { try await history.run() }
                try await waitUntil("it says so") { !events.all.isEmpty }
                for tick in 0..<1000 {
                    eventBus.tell(.tick(.sample(at: Double(start) + Double(tick), []), .sample()))
                }
                await #expect(throws: History.Unavailable.self) { try await times(history) }
                await job.stop()
            }
            #expect(events.all.map(\.kind) == [.historyFailed])
        }
    }
}

/// Events that were told.
final class EventList: Sendable {
    private let events = Mutex<[ControllerEvent]>([])

    var all: [ControllerEvent] { events.withLock { $0 } }

    func add(_ event: ControllerEvent) { events.withLock { $0.append(event) } }
}
