import Lifecycle

/// Adds rows up: means and maxima of loads, the last of everything else. A value that is missing in all stays missing.
package struct HistoryAggregate: Sendable {
    private struct Cell {
        var id: Int
        var state: InstanceState
        var sum = SIMD8<Int64>()
        var count = SIMD8<Int64>()
        var most = Loads.unknown
    }

    /// The sum of an optional number.
    private struct Sum {
        var sum: Int64 = 0
        var count: Int64 = 0

        mutating func add(_ value: Int32?) {
            guard let value else { return }
            sum += Int64(value)
            count += 1
        }

        var mean: Int32? { count == 0 ? nil : Int32(clamping: sum.divided(by: count)) }
    }

    private var last: GroupSample?
    private var demand = Sum()
    private var overloaded = Sum()
    private var demandMost: Int32?
    private var cells: [Cell] = []
    private var places: [Int: Int] = [:]

    /// Whether nothing was added.
    package var isEmpty: Bool { last == nil }

    /// Adds a row that is later than those before.
    package mutating func add(_ row: HistoryRow) {
        // A tick without a decision says less than the one before.
        var group = row.group
        group.capacity = group.capacity ?? last?.capacity
        group.desired = group.desired ?? last?.desired
        last = group
        demand.add(row.group.demand)
        overloaded.add(row.group.overloaded)
        demandMost = [demandMost, row.group.demandMost].compactMap(\.self).max()
        for (index, instance) in row.instances.enumerated() { add(instance, near: index) }
    }

    private mutating func add(_ instance: InstanceSample, near index: Int) {
        var place = index
        // Most rows hold the same instances in the same order.
        if index >= cells.count || cells[index].id != instance.id {
            if let known = places[instance.id] {
                place = known
            } else {
                place = cells.count
                places[instance.id] = place
                cells.append(Cell(id: instance.id, state: instance.state))
            }
        }
        let present = instance.mean.isPresent
        cells[place].state = instance.state
        cells[place].sum &+= SIMD8<Int64>(truncatingIfNeeded: instance.mean.replacing(with: 0, where: .!present))
        cells[place].count &+= SIMD8<Int64>(truncatingIfNeeded: Loads(repeating: 0).replacing(with: 1, where: present))
        // What is missing is the smallest number.
        cells[place].most = pointwiseMax(cells[place].most, instance.most)
    }

    /// The row of the span that begins at `at`; `nil` when nothing was added.
    package func row(at: Int64) -> HistoryRow? {
        guard var group = last else { return nil }
        group.demand = demand.mean
        group.demandMost = demandMost
        group.overloaded = overloaded.mean
        let instances = cells.map { cell in
            var mean = Loads.unknown
            for lane in 0..<8 where cell.count[lane] > 0 {
                mean[lane] = Int32(clamping: cell.sum[lane].divided(by: cell.count[lane]))
            }
            return InstanceSample(id: cell.id, state: cell.state, mean: mean, most: cell.most)
        }.sorted { $0.id < $1.id }
        return HistoryRow(at: at, group: group, instances: instances)
    }
}

extension Int64 {
    /// The quotient, rounded to the nearest, halves away from zero.
    func divided(by count: Int64) -> Int64 {
        self >= 0 ? (self + count / 2) / count : -((-self + count / 2) / count)
    }
}
