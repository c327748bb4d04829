import Lifecycle

/// The ledger of all groups, in which a change of one group does not touch the others.
struct LedgerByGroup: Sendable {
    /// The rows of each group by UUID.
    private var groups: [String: [String: Instance]] = [:]
    /// The group of each row.
    private var places: [String: String] = [:]

    init(_ rows: some Sequence<Instance> = []) {
        for row in rows { put(row) }
    }

    /// The rows of a group, in no order.
    func rows(of group: String) -> [Instance] { Array((groups[group] ?? [:]).values) }

    /// Takes a row as it is now.
    ///
    /// - Returns: The groups that have changed.
    @discardableResult
    mutating func put(_ row: Instance) -> Set<String> {
        var changed: Set<String> = [row.group]
        if let earlier = places[row.uuid], earlier != row.group { changed.formUnion(remove(row.uuid)) }
        places[row.uuid] = row.group
        groups[row.group, default: [:]][row.uuid] = row
        return changed
    }

    /// A row is gone.
    ///
    /// - Returns: The group that it was of, if there was one.
    mutating func remove(_ uuid: String) -> Set<String> {
        guard let group = places.removeValue(forKey: uuid) else { return [] }
        groups[group]?[uuid] = nil
        return [group]
    }
}
