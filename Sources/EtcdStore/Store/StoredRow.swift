import Foundation
import Persistence
import Wire

/// A value as it stands in etcd: the row, with the version of its form.
enum StoredRow {
    /// The version that this program writes, and the latest that it reads.
    static let schema = 1
    private static let opening = Data("{\"schema\":\(schema),\"row\":".utf8)

    private struct Envelope<Row: Decodable>: Decodable {
        var row: Row
    }

    private struct Version: Decodable {
        var schema: Int
    }

    /// A row in its envelope; its bytes stay what they are.
    static func wrap(_ row: Data) -> Data { opening + row + Data("}".utf8) }

    static func encode(_ row: some Encodable) throws -> Data { wrap(try WireCoding.encoder().encode(row)) }

    /// The row of a value.
    ///
    /// - Throws: ``StoreFailure``: it is of a later version, or unreadable.
    static func decode<Row: Decodable>(_ type: Row.Type, _ value: Data, key: String) throws -> Row {
        try check(value, key: key)
        do {
            return try WireCoding.decode(Envelope<Row>.self, from: value).row
        } catch {
            throw StoreFailure.unreadable(key: key, reason: "\(error)")
        }
    }

    static func decode<Row: Decodable>(_ type: Row.Type, _ entry: EtcdEntry) throws -> Row {
        try decode(type, entry.value, key: entry.key)
    }

    /// The bytes of a row.
    static func unwrap(_ entry: EtcdEntry) throws -> Data {
        let value = entry.value
        guard value.starts(with: opening), value.last == UInt8(ascii: "}") else {
            try check(value, key: entry.key)
            throw StoreFailure.unreadable(key: entry.key, reason: "it was not written by this program")
        }
        return Data(value.dropFirst(opening.count).dropLast())
    }

    private static func check(_ value: Data, key: String) throws {
        if value.starts(with: opening) { return }
        guard let version = try? WireCoding.decoder().decode(Version.self, from: value).schema else {
            throw StoreFailure.unreadable(key: key, reason: "it is no JSON with a schema's version")
        }
        guard version <= schema else { throw StoreFailure.laterVersion(found: version, known: schema) }
    }
}
