import Foundation
import Lifecycle

/// Makes columns of rows: adds up those of one point and sees gaps.
package struct SeriesBuilder {
    private let query: HistoryQuery
    private let width: Int64
    private var point: Int64?
    private var aggregate = HistoryAggregate()
    private var rows: [HistoryRow] = []
    /// The instances that appear, in the order in which they do.
    package private(set) var numbers: [Int] = []
    private var known: Set<Int> = []

    /// Makes points of `width` seconds.
    init(query: HistoryQuery, width: Int64) {
        self.query = query
        self.width = width
    }

    /// Takes a row that is later than those before.
    package mutating func add(_ row: HistoryRow) {
        let begin = row.at.begin(of: width)
        if point != begin {
            finish()
            point = begin
        }
        aggregate.add(row)
    }

    /// Ends the last point.
    package mutating func finish() {
        guard let point, let row = aggregate.row(at: point) else { return }
        aggregate = HistoryAggregate()
        self.point = nil
        for instance in row.instances where known.insert(instance.id).inserted { numbers.append(instance.id) }
        rows.append(row)
    }

    /// The columns, with the instances by their names.
    package func series(_ names: [Int: HistoryBuffer.Name]) -> HistorySeries {
        let rows = withGaps()
        var series = HistorySeries(
            group: query.group,
            resolution: Int(width),
            times: rows.map { Date(timeIntervalSince1970: Double($0.at)) },
            columns: Self.columns(rows.map(\.row?.group)),
            instances: []
        )
        let shown = numbers.prefix(HistoryStore.instanceLimit)
        if shown.count < numbers.count { series.leftOut = numbers.count - shown.count }
        let places = Dictionary(uniqueKeysWithValues: shown.enumerated().map { ($1, $0) })
        var cells = Array(repeating: [InstanceSample?](repeating: nil, count: rows.count), count: shown.count)
        for (index, row) in rows.enumerated() {
            for instance in row.row?.instances ?? [] {
                if let place = places[instance.id] { cells[place][index] = instance }
            }
        }
        series.instances = zip(shown, cells).map { number, cells in
            let name = names[number] ?? HistoryBuffer.Name(uuid: "", name: "unknown")
            return instance(name, cells)
        }.sorted { NameOrder.compare($0.name, $1.name) < 0 }
        return series
    }

    /// A point of which nothing is known stands for each gap, so that no line is drawn across it.
    private func withGaps() -> [(at: Int64, row: HistoryRow?)] {
        let steps = zip(rows, rows.dropFirst()).map { $1.at - $0.at }.sorted()
        let usual = steps.isEmpty ? width : steps[steps.count / 2]
        var all: [(at: Int64, row: HistoryRow?)] = []
        for row in rows {
            if let last = all.last, row.at - last.at > max(2 * usual, usual + 2) { all.append((last.at + width, nil)) }
            all.append((row.at, row))
        }
        return all
    }

    private func instance(_ name: HistoryBuffer.Name, _ cells: [InstanceSample?]) -> HistorySeries.Instance {
        var columns: [String: HistorySeries.Column] = [:]
        for column in LoadColumn.allCases { columns["\(column)"] = cells.map { $0?.mean[column] } }
        var peaks: [String: HistorySeries.Column] = [:]
        for column in [LoadColumn.host, .guest, .demand, .p99] { peaks["\(column)"] = cells.map { $0?.most[column] } }
        return HistorySeries.Instance(
            uuid: name.uuid,
            name: name.name,
            columns: columns,
            peaks: width > 1 ? peaks : nil,
            states: cells.map { $0?.state }
        )
    }

    private static func columns(_ groups: [GroupSample?]) -> [String: HistorySeries.Column] {
        func quanta(_ path: KeyPath<GroupSample, Int32?>, _ scale: Double) -> HistorySeries.Column {
            groups.map { $0?[keyPath: path].map { Double($0) / scale } }
        }
        func count(_ path: KeyPath<GroupSample, Int>) -> HistorySeries.Column {
            groups.map { $0.map { Double($0[keyPath: path]) } }
        }
        func size(_ path: KeyPath<GroupSample, Int?>) -> HistorySeries.Column {
            groups.map { $0?[keyPath: path].map(Double.init) }
        }
        return [
            "demand": quanta(\.demand, 10), "demandPeak": quanta(\.demandMost, 10),
            "overloaded": quanta(\.overloaded, 1000), "threshold": quanta(\.threshold, 10),
            "capacity": size(\.capacity), "desired": size(\.desired),
            "minimum": count(\.minimum), "maximum": count(\.maximum), "endpoints": count(\.endpoints),
            "minimumInForce": groups.map { $0.map { Double($0.inForce?.minimum ?? $0.minimum) } },
            "maximumInForce": groups.map { $0.map { Double($0.inForce?.maximum ?? $0.maximum) } },
            "revision": groups.map { $0.map { Double($0.revision) } },
        ]
    }
}
