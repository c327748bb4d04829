import Foundation
import Ownership

/// The keys that end with leases, as a ``ClusterView``, kept up to date.
struct LiveView {
    /// What a controller says of itself.
    struct ControllerRow: Codable {
        var run: String
        var addresses: [String]
    }

    /// What an ownership key says.
    struct OwnerRow: Codable {
        var controller: String
        var run: String
    }

    let keys: StoreKeys
    private(set) var view: ClusterView
    /// The revision in effect at all watches of a controller, by group and controller.
    private(set) var reach: [String: [String: UInt64]] = [:]

    init(keys: StoreKeys, listing: EtcdListing) {
        self.keys = keys
        view = ClusterView(revision: listing.revision)
        for entry in listing.entries { set(entry.key, entry) }
    }

    mutating func take(_ changes: [EtcdWatch.Change], revision: Int64) {
        for change in changes { set(change.key, change.entry) }
        view.revision = max(view.revision, revision)
    }

    /// A value that cannot be read still says that its key is there.
    private mutating func set(_ key: String, _ entry: EtcdEntry?) {
        if let name = keys.name(key, below: keys.controllers) {
            view.members[name] = entry.map { entry in
                let row = try? StoredRow.decode(ControllerRow.self, entry)
                return .init(run: row?.run ?? "", lease: entry.lease, addresses: row?.addresses ?? [])
            }
        } else if let (group, controller) = keys.groupAndController(ofReach: key) {
            reach[group, default: [:]][controller] = entry.flatMap { try? StoredRow.decode(UInt64.self, $0) }
        } else if let group = keys.name(key, below: keys.owners) {
            view.owners[group] = entry.map { entry in
                let row = try? StoredRow.decode(OwnerRow.self, entry)
                return .init(
                    controller: row?.controller ?? "",
                    lease: entry.lease,
                    createRevision: entry.createRevision
                )
            }
        }
    }
}
