import Ownership

/// etcd as a linearizable map with leases, as far as ownership needs it. Its clock is the world's, in nanoseconds.
package struct ModelStore {
    /// What stands under a key.
    package struct Key: Equatable {
        /// Its value.
        package var value: String
        /// The lease that it ends with.
        package var lease: Int64
        /// The revision at which it was created.
        package var createRevision: Int64
    }

    /// Grows with each change.
    package private(set) var revision: Int64 = 1
    /// All keys that stand.
    package private(set) var keys: [String: Key] = [:]
    private var leases: [Int64: (timeToLive: Int64, end: Int64)] = [:]
    private var lastLease: Int64 = 100

    /// Nothing stands in it.
    package init() {}

    /// The next instant at which a lease ends.
    package var nextEnd: Int64? { leases.values.map(\.end).min() }

    /// A new lease.
    package mutating func grant(_ timeToLive: Int64, at now: Int64) -> Int64 {
        lastLease += 1
        leases[lastLease] = (timeToLive, now + timeToLive)
        return lastLease
    }

    /// Whether the lease is there, and has its whole time again.
    package mutating func keepAlive(_ lease: Int64, at now: Int64) -> Bool {
        guard let timeToLive = leases[lease]?.timeToLive else { return false }
        leases[lease] = (timeToLive, now + timeToLive)
        return true
    }

    /// Creates a key if there is none; its create revision, or `nil`.
    package mutating func create(_ name: String, _ value: String, lease: Int64) -> Int64? {
        guard keys[name] == nil, leases[lease] != nil else { return nil }
        revision += 1
        keys[name] = Key(value: value, lease: lease, createRevision: revision)
        return revision
    }

    /// Removes a key if it is still the one of that revision.
    package mutating func delete(_ name: String, createRevision: Int64?) {
        guard let key = keys[name], createRevision == nil || key.createRevision == createRevision else { return }
        revision += 1
        keys[name] = nil
    }

    /// Ends a lease, and all keys with it.
    package mutating func revoke(_ lease: Int64) {
        guard leases.removeValue(forKey: lease) != nil else { return }
        let ended = keys.filter { $0.value.lease == lease }.keys
        guard !ended.isEmpty else { return }
        revision += 1
        for name in ended { keys[name] = nil }
    }

    /// Ends the leases whose time is over; whether a key went with one.
    package mutating func expire(at now: Int64) -> Bool {
        let before = revision
        for (lease, times) in leases where times.end <= now { revoke(lease) }
        return revision != before
    }

    /// The create revision of the key by which a group is owned; `nil` when nobody owns it.
    package func createRevision(ofOwner group: String) -> Int64? { keys["owners/\(group)"]?.createRevision }

    /// What a controller is shown.
    package var view: ClusterView {
        var view = ClusterView(revision: revision)
        for (name, key) in keys {
            if let controller = name.stripped(of: "controllers/") {
                view.members[controller] = ClusterView.Member(run: key.value, lease: key.lease)
            } else if let group = name.stripped(of: "owners/") {
                view.owners[group] = ClusterView.Owner(
                    controller: key.value,
                    lease: key.lease,
                    createRevision: key.createRevision
                )
            }
        }
        return view
    }
}

extension String {
    fileprivate func stripped(of prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
