import Foundation

/// A snapshot in one file: lines of JSON, the first with the format's version, the last with the count of the others.
package struct SnapshotFile: PortableStore {
    /// The version of the format.
    package static let version = 1
    /// The longest line in bytes.
    static let longestLine = 4 << 20
    private static let name = "cms-store"

    /// One line. Rows are texts, so that their bytes stay what they are.
    private struct Line: Codable {
        var format: String?
        var version: Int?
        var revision: Int64?
        var nextEvent: Int64?
        var instance: String?
        var group: String?
        var value: String?
        var host: String?
        var event: Int64?
        var token: String?
        var uuid: String?
        var expires: Double?
        var usedBy: String?
        var row: String?
        var lines: Int?
    }

    /// Where the file is.
    package let path: String
    /// The revision of the store that it is of, where the store has one.
    package var revision: Int64?
    /// Whether a file that is there may be replaced.
    package var replacesFile: Bool

    package init(path: String, revision: Int64? = nil, replacesFile: Bool = false) {
        self.path = path
        self.revision = revision
        self.replacesFile = replacesFile
    }

    package var keptEvents: Int { .max }

    /// Writes the file, readable by its owner alone; one that is there is left alone, or replaced in one step.
    package func replace(with snapshot: StoreSnapshot) async throws {
        try create(try encoded(snapshot))
    }

    /// Reads the file.
    ///
    /// - Throws: ``StoreFailure``: it is no such file, is of a later version, or is not whole.
    package func snapshot() async throws -> StoreSnapshot {
        guard FileManager.default.fileExists(atPath: path) else { return StoreSnapshot() }
        return try decoded(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    func encoded(_ snapshot: StoreSnapshot) throws -> Data {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var data = Data()
        var count = 0
        func add(_ fill: (inout Line) -> Void) throws {
            var line = Line()
            fill(&line)
            data += try encoder.encode(line)
            data.append(0x0A)
            count += 1
        }
        try add {
            ($0.format, $0.version, $0.revision, $0.nextEvent) = (Self.name, Self.version, revision, snapshot.nextEvent)
        }
        for (uuid, row) in snapshot.instances.sorted(by: { $0.key < $1.key }) {
            try add { ($0.instance, $0.row) = (uuid, Self.text(row)) }
        }
        for (group, values) in snapshot.groups.sorted(by: { $0.key < $1.key }) {
            for (value, row) in values.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try add { ($0.group, $0.value, $0.row) = (group, value.rawValue, Self.text(row)) }
            }
        }
        for (host, row) in snapshot.hosts.sorted(by: { $0.key < $1.key }) {
            try add { ($0.host, $0.row) = (host, Self.text(row)) }
        }
        for event in snapshot.events { try add { ($0.event, $0.row) = (event.id, Self.text(event.row)) } }
        for (hash, token) in snapshot.tokens.sorted(by: { $0.key < $1.key }) {
            try add {
                ($0.token, $0.uuid, $0.usedBy) = (hash, token.record.uuid, token.usedBy)
                $0.expires = token.record.expires.timeIntervalSince1970
            }
        }
        try add { $0.lines = count }
        return data
    }

    func decoded(_ data: Data) throws -> StoreSnapshot {
        let decoder = JSONDecoder()
        var snapshot = StoreSnapshot()
        var count = 0
        var isWhole = false
        for part in data.split(separator: 0x0A, omittingEmptySubsequences: false) where !part.isEmpty {
            guard !isWhole, part.count <= Self.longestLine, let line = try? decoder.decode(Line.self, from: Data(part))
            else { throw unreadable("line \(count + 1) is none of this format") }
            if count == 0 {
                guard line.format == Self.name, let version = line.version else {
                    throw unreadable("it is no copy of a store")
                }
                guard version <= Self.version else {
                    throw StoreFailure.laterVersion(found: version, known: Self.version)
                }
                snapshot.nextEvent = line.nextEvent ?? 1
            } else if let lines = line.lines {
                isWhole = lines == count
            } else {
                try take(line, into: &snapshot, number: count + 1)
            }
            count += 1
        }
        guard isWhole else { throw unreadable("it ends too early") }
        return snapshot
    }

    private func take(_ line: Line, into snapshot: inout StoreSnapshot, number: Int) throws {
        let row = line.row.map { Data($0.utf8) }
        if let uuid = line.instance, let row {
            snapshot.instances[uuid] = row
        } else if let group = line.group, let row {
            guard let value = line.value.flatMap(StoreSnapshot.GroupValue.init) else {
                throw unreadable("line \(number) has a value of a group that this version does not know")
            }
            snapshot.groups[group, default: [:]][value] = row
        } else if let host = line.host, let row {
            snapshot.hosts[host] = row
        } else if let id = line.event, let row {
            snapshot.events.append(StoreSnapshot.Event(id: id, row: row))
        } else if let hash = line.token, let uuid = line.uuid, let expires = line.expires {
            let record = JoinTokenRecord(hash: hash, uuid: uuid, expires: Date(timeIntervalSince1970: expires))
            snapshot.tokens[hash] = StoreSnapshot.Token(record: record, usedBy: line.usedBy)
        } else {
            throw unreadable("line \(number) is none of this format")
        }
    }

    private func unreadable(_ reason: String) -> StoreFailure { .unreadable(key: path, reason: reason) }

    private static func text(_ row: Data) -> String { String(decoding: row, as: UTF8.self) }

    private func create(_ data: Data) throws {
        guard replacesFile || !FileManager.default.fileExists(atPath: path) else { throw StoreFailure.notEmpty(path) }
        let temporary = "\(path).new-\(UUID().uuidString)"
        guard
            FileManager.default.createFile(
                atPath: temporary,
                contents: nil,
                attributes: [.posixPermissions: 0o600]
            ), let handle = FileHandle(forWritingAtPath: temporary)
        else { throw StoreFailure.unreadable(key: temporary, reason: "it cannot be made") }
        do {
            try handle.write(contentsOf: data)
            try handle.synchronize()
            try handle.close()
            if replacesFile {
                guard rename(temporary, path) == 0 else { throw CocoaError(.fileWriteUnknown) }
            } else {
                // A link, unlike a rename, never replaces a file that came meanwhile.
                try FileManager.default.linkItem(atPath: temporary, toPath: path)
                try FileManager.default.removeItem(atPath: temporary)
            }
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }
}
