import Foundation
import Lifecycle

/// The bytes of a row: a version, the group (with the bounds in force from version 2 on), then each instance with its number as the difference to the one before, its
/// state, a mask of the columns that are there, and those columns. Numbers are LEB128, signed ones zigzag.
extension HistoryRow {
    private static let version: UInt8 = 1
    /// That of a row with bounds in force that are others than the configured ones.
    private static let versionWithBounds: UInt8 = 2
    /// The most instances in a row that is believed.
    private static let instanceLimit = 100_000

    /// A row that makes no sense.
    package struct Unreadable: Error, CustomStringConvertible {
        package let description = "a row of the history makes no sense"
    }

    /// The bytes.
    func encoded() -> Data {
        var bytes = ByteSink(capacity: 40 + instances.count * 20)
        let hasMost = instances.contains { $0.mean != $0.most }
        bytes.append(group.inForce == nil ? Self.version : Self.versionWithBounds)
        bytes.append(hasMost ? 1 : 0)
        let optional: [Int64?] = [
            group.demand.map(Int64.init), group.demandMost.map(Int64.init), group.overloaded.map(Int64.init),
            group.threshold.map(Int64.init), group.capacity.map(Int64.init), group.desired.map(Int64.init),
        ]
        bytes.append(optional.enumerated().reduce(0) { $0 | ($1.element == nil ? 0 : 1 << UInt8($1.offset)) })
        for case .some(let value) in optional { bytes.append(signed: value) }
        bytes.append(signed: Int64(group.minimum))
        bytes.append(signed: Int64(group.maximum))
        if let bounds = group.inForce {
            bytes.append(signed: Int64(bounds.minimum))
            bytes.append(signed: Int64(bounds.maximum))
        }
        bytes.append(unsigned: group.revision)
        bytes.append(signed: Int64(group.endpoints))
        bytes.append(unsigned: UInt64(instances.count))
        var last = 0
        for instance in instances {
            bytes.append(unsigned: UInt64(max(0, instance.id - last)))
            last = instance.id
            bytes.append(instance.state.historyCode)
            var mask: UInt8 = 0
            for lane in 0..<8 where instance.mean[lane] != Loads.missing { mask |= 1 << UInt8(lane) }
            bytes.append(mask)
            for lane in 0..<8 where instance.mean[lane] != Loads.missing {
                bytes.append(signed: Int64(instance.mean[lane]))
                guard hasMost else { continue }
                bytes.append(unsigned: UInt64(max(0, Int64(instance.most[lane]) - Int64(instance.mean[lane]))))
            }
        }
        return bytes.data
    }

    /// Reads the bytes of the row that begins at `at`.
    ///
    /// - Parameter skipsInstances: Whether the group alone is read.
    /// - Throws: ``Unreadable``.
    init(_ data: Data, at: Int64, skipsInstances: Bool = false) throws {
        self = try data.withUnsafeBytes { buffer in
            var bytes = ByteSource(buffer: buffer)
            let version = try bytes.byte()
            guard version == Self.version || version == Self.versionWithBounds else { throw Unreadable() }
            let hasMost = try bytes.byte() == 1
            let mask = try bytes.byte()
            func value(_ bit: UInt8) throws -> Int64? { mask & (1 << bit) == 0 ? nil : try bytes.signed() }
            var group = GroupSample()
            group.demand = try value(0).flatMap(Int32.init(exactly:))
            group.demandMost = try value(1).flatMap(Int32.init(exactly:))
            group.overloaded = try value(2).flatMap(Int32.init(exactly:))
            group.threshold = try value(3).flatMap(Int32.init(exactly:))
            group.capacity = try value(4).flatMap(Int.init(exactly:))
            group.desired = try value(5).flatMap(Int.init(exactly:))
            group.minimum = Int(try bytes.signed())
            group.maximum = Int(try bytes.signed())
            if version == Self.versionWithBounds {
                group.inForce = GroupSample.Bounds(minimum: Int(try bytes.signed()), maximum: Int(try bytes.signed()))
            }
            group.revision = try bytes.unsigned()
            group.endpoints = Int(try bytes.signed())
            var row = HistoryRow(at: at, group: group, instances: [])
            guard !skipsInstances else { return row }
            let count = try bytes.unsigned()
            guard count <= Self.instanceLimit else { throw Unreadable() }
            row.instances.reserveCapacity(Int(count))
            var id = 0
            for _ in 0..<count {
                let step = try bytes.unsigned()
                guard step <= UInt64(Int32.max), let state = InstanceState(historyCode: try bytes.byte()) else {
                    throw Unreadable()
                }
                id += Int(step)
                let mask = try bytes.byte()
                var (mean, most) = (Loads.unknown, Loads.unknown)
                for lane in 0..<8 where mask & (1 << UInt8(lane)) != 0 {
                    mean[lane] = Int32(clamping: try bytes.signed())
                    most[lane] =
                        hasMost
                        ? Int32(clamping: Int64(mean[lane]) + Int64(clamping: try bytes.unsigned() & 0xFFFF_FFFF))
                        : mean[lane]
                }
                row.instances.append(InstanceSample(id: id, state: state, mean: mean, most: most))
            }
            return row
        }
    }
}

/// Bytes that are written.
private struct ByteSink {
    private(set) var data: Data

    init(capacity: Int) { data = Data(capacity: capacity) }

    mutating func append(_ byte: UInt8) { data.append(byte) }

    mutating func append(unsigned value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            data.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        data.append(UInt8(truncatingIfNeeded: rest))
    }

    mutating func append(signed value: Int64) {
        append(unsigned: UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }
}

/// Bytes that are read; never beyond their end.
private struct ByteSource {
    let buffer: UnsafeRawBufferPointer
    private var position = 0

    init(buffer: UnsafeRawBufferPointer) { self.buffer = buffer }

    mutating func byte() throws -> UInt8 {
        guard position < buffer.count else { throw HistoryRow.Unreadable() }
        defer { position += 1 }
        return buffer[position]
    }

    mutating func unsigned() throws -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 64, by: 7) {
            let next = try byte()
            value |= UInt64(next & 0x7F) << shift
            if next < 0x80 { return value }
        }
        throw HistoryRow.Unreadable()
    }

    mutating func signed() throws -> Int64 {
        let value = try unsigned()
        return Int64(bitPattern: (value >> 1)) ^ -Int64(bitPattern: value & 1)
    }
}

extension InstanceState {
    /// The byte that stands for it in the file; none is ever used anew.
    var historyCode: UInt8 {
        switch self {
        case .off: 0
        case .creating: 1
        case .starting: 2
        case .booting: 3
        case .probing: 4
        case .inService: 5
        case .draining: 6
        case .stopping: 7
        case .parking: 8
        case .standby: 9
        case .resuming: 10
        case .unhealthy: 11
        case .failed: 12
        case .quarantined: 13
        case .removing: 14
        }
    }

    private static let byHistoryCode = Dictionary(uniqueKeysWithValues: allCases.map { ($0.historyCode, $0) })

    /// The state that a byte stands for.
    init?(historyCode: UInt8) {
        guard let state = Self.byHistoryCode[historyCode] else { return nil }
        self = state
    }
}
