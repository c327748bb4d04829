import Autoscaling
import Foundation
import Testing

@testable import History
@testable import Lifecycle
@testable import Monitoring

@Suite("History: what is kept")
struct HistoryStoreTests {
    /// On a whole minute.
    let start: Int64 = 1_800_000_000

    @Test("a row comes back as it was written", arguments: 0..<40)
    func coding(seed: Int) throws {
        var random = HistoryRandom(seed: UInt64(seed))
        var instances: [InstanceSample] = []
        for id in stride(from: 1, to: 1 + 3 * random.below(30), by: 3) {
            var (mean, most) = (Loads.unknown, Loads.unknown)
            for lane in 0..<8 where random.below(3) > 0 {
                mean[lane] = Int32(random.below(2_000_000_000)) - 1_000_000_000
                most[lane] = mean[lane] &+ Int32(random.below(seed % 2 == 0 ? 1 : 1000))
            }
            let state = InstanceState.allCases[random.below(InstanceState.allCases.count)]
            instances.append(InstanceSample(id: id, state: state, mean: mean, most: most))
        }
        let group = GroupSample(
            demand: seed % 3 == 0 ? nil : 4_000,
            demandMost: seed % 3 == 0 ? nil : 9_000,
            overloaded: 500,
            threshold: seed % 5 == 0 ? nil : 750,
            capacity: 3,
            desired: nil,
            minimum: 1,
            maximum: GroupPolicy.unbounded,
            inForce: seed % 4 == 0 ? GroupSample.Bounds(minimum: 2, maximum: 300) : nil,
            revision: .max,
            endpoints: 2
        )
        let row = HistoryRow(at: start, group: group, instances: instances)
        let data = row.encoded()
        #expect(try HistoryRow(data, at: start) == row)
        // Cut off anywhere it is an error and nothing worse.
        for length in 0..<data.count {
            #expect(throws: HistoryRow.Unreadable.self) { try HistoryRow(data.prefix(length), at: start) }
        }
    }

    @Test(
        "means over ten seconds and a minute are those of the seconds, maxima are maxima, gaps stay gaps",
        arguments: 1...8
    )
    func aggregates(seed: Int) async throws {
        try await withHistoryFile { path in
            var random = HistoryRandom(seed: UInt64(seed))
            var keeper = try await Keeper(path)
            for offset in 0..<180 where random.below(10) > 0 {
                let instances = (1...3).compactMap { number -> TickRecord.Instance? in
                    if number == 3, offset >= 60, offset < 120 { return nil }
                    let host = random.below(4) == 0 ? nil : Double(random.below(1001)) / 10
                    return .sample("vm\(number)", random.below(2) == 0 ? .inService : .booting, host: host)
                }
                let demand = random.below(5) == 0 ? nil : Double(random.below(4000)) / 10
                keeper.add(.sample(at: Double(start) + Double(offset) + 0.3, instances, demand: demand))
                if random.below(4) == 0 { try await keeper.write(at: start + Int64(offset)) }
            }
            try await keeper.write(at: start + 181)
            let seconds = try await keeper.rows(.second)
            #expect(seconds.count > 120)
            for level in [HistoryLevel.tenSeconds, .minute] {
                let rows = try await keeper.rows(level)
                #expect(rows.map(\.at) == Set(seconds.map { level.begin(of: $0.at) }).sorted())
                for row in rows {
                    let parts = seconds.filter { level.begin(of: $0.at) == row.at }
                    #expect(row.group.demand == Self.mean(parts.compactMap(\.group.demand)))
                    #expect(row.group.demandMost == parts.compactMap(\.group.demand).max())
                    #expect(row.instances.map(\.id) == Set(parts.flatMap { $0.instances.map(\.id) }).sorted())
                    for instance in row.instances {
                        let own = parts.compactMap { $0.instances.first { $0.id == instance.id } }
                        let values = own.map(\.mean[LoadColumn.host.rawValue]).filter { $0 != Loads.missing }
                        #expect(instance.mean[LoadColumn.host.rawValue] == Self.mean(values) ?? Loads.missing)
                        #expect(instance.most[LoadColumn.host.rawValue] == values.max() ?? Loads.missing)
                        #expect(instance.state == own.last?.state)
                        #expect(instance.mean[.queued] == nil)
                    }
                }
            }
        }
    }

    private static func mean(_ values: [Int32]) -> Int32? {
        values.isEmpty ? nil : Int32((Double(values.reduce(0) { $0 + Int($1) }) / Double(values.count)).rounded())
    }

    @Test("several ticks a second become one row; at a tick in ten seconds there is a row for each")
    func intervals() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            for tenth in 0..<20 {
                keeper.add(.sample(at: Double(start) + Double(tenth) / 10, [.sample("vm1", host: Double(tenth))]))
            }
            for tick in 1...6 { keeper.add(.sample(at: Double(start) + Double(tick) * 10, [.sample("vm1", host: 50)])) }
            try await keeper.write(at: start + 61)
            let rows = try await keeper.rows(.second)
            #expect(rows.map { $0.at - start } == [0, 1, 10, 20, 30, 40, 50, 60])
            #expect(rows.prefix(2).map { $0.instances[0].mean[.host] } == [4.5, 14.5])
            #expect(rows.prefix(2).map { $0.instances[0].most[.host] } == [9, 19])
            let series = try await keeper.series(start, start + 61)
            #expect(series.instances[0].columns["host"] == [4.5, 14.5, 50, 50, 50, 50, 50, 50])
        }
    }

    @Test("what a clock that was set back writes again counts, and longer spans are made anew")
    func clockSetBack() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            for offset in Int64(0)..<130 {
                keeper.add(.sample(at: Double(start + offset), [.sample("vm1", host: 10)]))
            }
            try await keeper.write(at: start + 130)
            for offset in Int64(30)..<90 {
                keeper.add(.sample(at: Double(start + offset), [.sample("vm1", host: 90)]))
                try await keeper.write(at: start + offset + 1)
            }
            let tens = try await keeper.rows(.tenSeconds).map { $0.instances[0].mean[.host] }
            #expect(tens == [10, 10, 10, 90, 90, 90, 90, 90, 90, 10, 10, 10, 10])
            #expect(try await keeper.rows(.minute).map { $0.instances[0].mean[.host] } == [50, 10])
            // The clock comes to where it was.
            try await keeper.write(at: start + 130)
            #expect(try await keeper.rows(.minute).map { $0.instances[0].mean[.host] } == [50, 50])
        }
    }

    @Test("a restart makes the spans that were over meanwhile, and instances keep their numbers")
    func restart() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            for offset in Int64(0)..<35 { keeper.add(.sample(at: Double(start + offset), [.sample("vm1", host: 20)])) }
            try await keeper.write(at: start + 35)
            #expect(try await keeper.rows(.minute).isEmpty)
            var again = try await Keeper(path)
            again.add(.sample(at: Double(start + 300), [.sample("vm2", host: 1), .sample("vm1", host: 40)]))
            try await again.write(at: start + 301)
            #expect(try await again.rows(.minute).map(\.at) == [start])
            let series = try await again.series(start, start + 301)
            #expect(series.instances.map(\.name) == ["vm1", "vm2"])
            #expect(series.instances[0].columns["host"]?.first == 20 && series.instances[0].columns["host"]?.last == 40)
            #expect(series.instances[1].columns["host"]?.first == .some(nil))
        }
    }

    @Test("rows go when they are too old, the finest ones first")
    func age() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            for offset in Int64(0)..<60 { keeper.add(.sample(at: Double(start + offset), [.sample("vm1", host: 20)])) }
            try await keeper.write(at: start + 60)
            let counts: [(Int64, [Int])] = [
                (3590, [60, 6, 1]), (3700, [0, 6, 1]), (86_390, [0, 6, 1]), (86_500, [0, 0, 1]),
                (30 * 86_400 - 20, [0, 0, 1]), (30 * 86_400 + 100, [0, 0, 0]),
            ]
            for (later, expected) in counts {
                try await keeper.write(at: start + later)
                var found: [Int] = []
                for level in HistoryLevel.allCases { found.append(try await keeper.rows(level).count) }
                #expect(found == expected, "after \(later) s")
            }
        }
    }

    @Test("decisions are kept when their cause changes, not when only numbers do, and outlive a restart")
    func decisions() async throws {
        try await withHistoryFile { path in
            var keeper = try await Keeper(path)
            let clamp = Clamp(.max, from: 3, to: 2, why: "max")
            let all: [Decision] = [
                .sample(), .sample(text: "demand 21 %"), .sample(.scaleOut(by: 1)), .sample(.scaleOut(by: 2)),
                .sample(rule: "target"), .sample(rule: "target", clamps: [clamp]),
                .sample(rule: "target", size: 3, clamps: [clamp]),
            ]
            for (offset, decision) in all.enumerated() {
                keeper.add(.sample(at: Double(start) + Double(offset), []), decision)
            }
            try await keeper.write(at: start + 10)
            let kept = try await keeper.store.decisions(group: "default", limit: 50)
            #expect(kept.map { Int64($0.at.timeIntervalSince1970) - start } == [5, 4, 3, 2, 0])
            #expect(kept.first?.decision == all[5] && kept.first?.order == "hold")
            var again = try await Keeper(path)
            again.add(.sample(at: Double(start) + 20, []), all[6])
            try await again.write(at: start + 21)
            #expect(try await again.store.decisions(group: "default", limit: 50) == kept)
            #expect(try await again.store.decisions(group: "default", limit: 2) == Array(kept.prefix(2)))
        }
    }
}
