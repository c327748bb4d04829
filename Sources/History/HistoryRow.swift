import Autoscaling
import Lifecycle
import Monitoring

/// What is kept of one group for one span of time: numbers in whole quanta, so that they take few bytes.
package struct HistoryRow: Sendable, Equatable {
    /// The begin of the span, seconds since 1970.
    package var at: Int64
    /// The group.
    package var group: GroupSample
    /// The instances that were not off, by their number in the file.
    package var instances: [InstanceSample]
}

/// A group's numbers. What is no load is as it was last.
package struct GroupSample: Sendable, Equatable {
    /// Bounds that a schedule set.
    struct Bounds: Sendable, Equatable {
        var minimum: Int
        var maximum: Int
    }

    /// The demand of all in service, tenths of a percent: mean and maximum.
    package var demand: Int32?
    var demandMost: Int32?
    /// The share of ticks at which all were over the threshold, thousandths.
    package var overloaded: Int32?
    /// The smallest load that a rule acts on, tenths of a percent.
    package var threshold: Int32?
    package var capacity: Int?
    package var desired: Int?
    var minimum = 0
    var maximum = 0
    /// The bounds in force where they are others than the configured ones.
    var inForce: Bounds?
    package var revision: UInt64 = 0
    package var endpoints = 0
}

/// An instance's numbers.
package struct InstanceSample: Sendable, Equatable {
    /// The number that stands for UUID and name in the file.
    package var id: Int
    /// The state as it was last.
    package var state: InstanceState
    /// The mean of each column, in quanta.
    package var mean: Loads
    /// The maximum of each column, in quanta.
    package var most: Loads
}

/// The measured values of an instance, one lane for each column; ``missing`` where nobody measured.
package typealias Loads = SIMD8<Int32>

/// The columns of an instance.
package enum LoadColumn: Int, Sendable, CaseIterable {
    case host, guest, steal, demand, requestsPerSecond, p99, inFlight, queued

    /// Quanta in one unit.
    package var scale: Double { self == .p99 ? 10_000 : 10 }
}

extension Loads {
    /// Stands for what nobody measured.
    static var missing: Int32 { .min }
    /// Nothing was measured.
    package static var unknown: Loads { Loads(repeating: missing) }

    /// Whether each lane holds a value.
    var isPresent: SIMDMask<Loads.MaskStorage> { self .!= Self.missing }

    /// A value in its unit.
    subscript(column: LoadColumn) -> Double? {
        let quanta = self[column.rawValue]
        return quanta == Self.missing ? nil : Double(quanta) / column.scale
    }

    /// The values of one tick.
    init(_ tick: TickRecord.Instance) {
        self = .unknown
        let values: [(LoadColumn, Double?)] = [
            (.host, tick.host), (.guest, tick.guest), (.steal, tick.steal), (.demand, tick.demand),
            (.requestsPerSecond, tick.requestsPerSecond), (.p99, tick.p99),
            (.inFlight, tick.inFlight.map(Double.init)), (.queued, tick.queued.map(Double.init)),
        ]
        for (column, value) in values {
            if let quanta = Int32(quanta: value, scale: column.scale) { self[column.rawValue] = quanta }
        }
    }
}

extension Int32 {
    /// A value in whole quanta; `nil` when there is none. What a peer makes too large is cut off.
    init?(quanta value: Double?, scale: Double) {
        guard let value, value.isFinite else { return nil }
        self = Int32(Swift.min(Swift.max(value * scale, -1e9), 1e9).rounded())
    }
}

extension HistoryRow {
    /// One tick; `number` gives the numbers of instances.
    init(_ tick: TickRecord, at: Int64, number: (TickRecord.Instance) -> Int) {
        self.at = at
        let demand = Int32(quanta: tick.demand, scale: 10)
        group = GroupSample(
            demand: demand,
            demandMost: demand,
            overloaded: tick.overloaded.map { $0 ? 1000 : 0 },
            threshold: Int32(quanta: tick.threshold, scale: 10),
            capacity: tick.capacity,
            desired: tick.desired,
            minimum: tick.minimum,
            maximum: tick.maximum,
            inForce: tick.boundsInForce.flatMap { bounds in
                guard bounds.minimum != tick.minimum || bounds.maximum != tick.maximum else { return nil }
                return GroupSample.Bounds(minimum: bounds.minimum, maximum: bounds.maximum)
            },
            revision: tick.revision,
            endpoints: tick.endpoints
        )
        instances = tick.instances.map { instance in
            let loads = Loads(instance)
            return InstanceSample(id: number(instance), state: instance.state, mean: loads, most: loads)
        }.sorted { $0.id < $1.id }
    }
}
