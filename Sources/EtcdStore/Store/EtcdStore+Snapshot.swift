import Foundation
import Lifecycle
import Persistence
import Wire

extension EtcdStore: PortableStore {
    /// The form of the whole store, and whether it is filled.
    struct Format: Codable, Equatable {
        var version = EtcdStore.formatVersion
        var isFilling = false
    }

    /// The version of the keys' layout.
    static let formatVersion = 1

    package var keptEvents: Int { EtcdLimits.keptEvents }

    /// Looks whether the store can be used, and makes it ready when it is new.
    ///
    /// - Throws: ``StoreFailure/laterVersion(found:known:)``, ``StoreFailure/incomplete``, or what etcd says.
    package func open() async throws {
        let result = try await client.transaction(
            if: [.created(keys.format, at: 0)],
            then: [.put(keys.format, try StoredRow.encode(Format()))],
            otherwise: [.get(keys.format)]
        )
        if !result.succeeded { try check(result.found[keys.format]) }
    }

    /// Looks whether the store can be used, and changes nothing.
    ///
    /// - Throws: As ``open()``.
    package func checkFormat() async throws { try check(try await client.get(keys.format).entry) }

    private func check(_ entry: EtcdEntry?) throws {
        guard let entry else { return }
        let format = try StoredRow.decode(Format.self, entry)
        guard format.version <= Self.formatVersion else {
            throw StoreFailure.laterVersion(found: format.version, known: Self.formatVersion)
        }
        guard !format.isFilling else { throw StoreFailure.incomplete }
    }

    /// The fingerprint of the controllers' certificate authority; `nil` before the first one came.
    package func authority() async throws -> String? {
        try await client.get(keys.authority).entry.map { try StoredRow.decode(String.self, $0) }
    }

    /// Writes the fingerprint of the controllers' certificate authority, if none stands there; returns the one that does.
    package func claimAuthority(_ fingerprint: String) async throws -> String {
        let result = try await client.transaction(
            if: [.created(keys.authority, at: 0)],
            then: [.put(keys.authority, try StoredRow.encode(fingerprint))],
            otherwise: [.get(keys.authority)]
        )
        guard !result.succeeded, let entry = result.found[keys.authority] else { return fingerprint }
        return try StoredRow.decode(String.self, entry)
    }

    /// The names of the controllers that live.
    package func liveControllers() async throws -> [String] {
        try await client.list(keys.controllers).entries.compactMap { keys.name($0.key, below: keys.controllers) }
    }

    /// The name of the controller that owns a group; `nil` when none does.
    package func owner(of group: String) async throws -> String? {
        try await client.get(keys.owner(group)).entry.map {
            try StoredRow.decode(LiveView.OwnerRow.self, $0).controller
        }
    }

    package func snapshot() async throws -> StoreSnapshot { try await snapshotWithRevision().snapshot }

    /// All of it as of one revision.
    func snapshotWithRevision() async throws -> (snapshot: StoreSnapshot, revision: Int64) {
        try await retryingCompaction {
            let listing = try await client.list(keys.prefix)
            var snapshot = StoreSnapshot()
            var ledger: [EtcdEntry] = []
            for entry in listing.entries {
                if entry.key == keys.format {
                    try check(entry)
                } else if entry.key == keys.nextEvent {
                    snapshot.nextEvent = try StoredRow.decode(Int64.self, entry)
                } else if let number = keys.eventNumber(entry.key) {
                    let rows = try JSONRows.split(try StoredRow.unwrap(entry), key: entry.key)
                    for (index, row) in rows.enumerated() {
                        snapshot.events.append(.init(id: number + Int64(index), row: row))
                    }
                } else if let (group, value) = keys.groupValue(entry.key) {
                    snapshot.groups[group, default: [:]][value] = try StoredRow.unwrap(entry)
                } else if let host = keys.name(entry.key, below: keys.hosts) {
                    snapshot.hosts[host] = try StoredRow.unwrap(entry)
                } else if let hash = keys.name(entry.key, below: keys.tokens) {
                    let row = try StoredRow.decode(TokenRow.self, entry)
                    let record = JoinTokenRecord(
                        hash: hash,
                        uuid: row.uuid,
                        expires: Date(timeIntervalSince1970: row.expires)
                    )
                    snapshot.tokens[hash] = .init(record: record, usedBy: row.usedBy)
                } else if entry.key.hasPrefix(keys.instances) || entry.key.hasPrefix(keys.packs) {
                    ledger.append(entry)
                }
            }
            try add(ledger, to: &snapshot)
            return (snapshot, listing.revision)
        }
    }

    /// The rows of the ledger: as they stand, those of packs as this version writes them.
    private func add(_ ledger: [EtcdEntry], to snapshot: inout StoreSnapshot) throws {
        let hasPacks = ledger.contains { $0.key.hasPrefix(keys.packs) }
        if hasPacks {
            snapshot.instances = try RowPack.rows(ledger, keys: keys).mapValues { try WireCoding.encoder().encode($0) }
            return
        }
        for entry in ledger {
            guard let uuid = keys.name(entry.key, below: keys.instances) else { continue }
            snapshot.instances[uuid] = try StoredRow.unwrap(entry)
        }
    }

    /// Replaces all of it. Until it has ended, ``open()`` refuses the store.
    ///
    /// - Throws: ``StoreFailure/inUse(by:)`` when a controller lives on it.
    package func replace(with snapshot: StoreSnapshot) async throws {
        let live = try await liveControllers()
        guard live.isEmpty else { throw StoreFailure.inUse(by: live) }
        try await client.put(keys.format, try StoredRow.encode(Format(isFilling: true)))
        let folders = [keys.instances, keys.packs, keys.groups, keys.hosts, keys.events, keys.tokens, keys.commits]
        for folder in folders + [keys.nextEvent] { try await client.delete(below: folder) }
        var part: [EtcdOperation] = []
        var size = 0
        func flush() async throws {
            guard !part.isEmpty else { return }
            _ = try await client.transaction(then: part)
            (part, size) = ([], 0)
        }
        for operation in try operations(of: snapshot) {
            if part.count == 100 || size + operation.size > EtcdLimits.requestBytes / 2 { try await flush() }
            part.append(operation)
            size += operation.size
        }
        try await flush()
        try await client.put(keys.format, try StoredRow.encode(Format()))
    }

    private func operations(of snapshot: StoreSnapshot) throws -> [EtcdOperation] {
        var operations: [EtcdOperation] = snapshot.instances.map {
            .put(keys.instance($0.key), StoredRow.wrap($0.value))
        }
        for (group, values) in snapshot.groups {
            operations += values.map { .put(keys.value($0.key, of: group), StoredRow.wrap($0.value)) }
        }
        operations += snapshot.hosts.map { .put(keys.host($0.key), StoredRow.wrap($0.value)) }
        for (hash, token) in snapshot.tokens {
            let row = TokenRow(token.record, usedBy: token.usedBy)
            operations.append(.put(keys.token(hash), try StoredRow.encode(row)))
        }
        var batch: [StoreSnapshot.Event] = []
        func close() {
            guard let first = batch.first else { return }
            operations.append(.put(keys.event(first.id), StoredRow.wrap(CommitPlan.array(batch.map(\.row)))))
            batch = []
        }
        var size = 0
        for event in snapshot.events {
            let follows = batch.last.map { $0.id + 1 == event.id } ?? true
            if !follows || batch.count == EtcdLimits.batchedEvents || size + event.row.count > EtcdLimits.batchBytes {
                close()
                size = 0
            }
            batch.append(event)
            size += event.row.count
        }
        close()
        operations.append(.put(keys.nextEvent, try StoredRow.encode(snapshot.nextEvent)))
        return operations
    }
}

/// Cuts an array of JSON objects into its objects, byte for byte.
enum JSONRows {
    static func split(_ array: Data, key: String) throws -> [Data] {
        let bytes = Array(array)
        var rows: [Data] = []
        var (depth, start) = (0, 0)
        var (isText, isEscaped) = (false, false)
        for (index, byte) in bytes.enumerated() {
            if isText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isText = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isText = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 2 { start = index }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if depth == 1 { rows.append(Data(bytes[start...index])) }
            default: break
            }
        }
        guard depth == 0, !isText else {
            throw StoreFailure.unreadable(key: key, reason: "its events are no whole JSON")
        }
        return rows
    }
}
