import Foundation
import Persistence

/// The names of the keys in etcd, all below one prefix.
package struct StoreKeys: Sendable, Equatable {
    /// What all begin with; ends with `/`.
    package let prefix: String

    package init(prefix: String) {
        self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
    }

    /// The format of the store, and whether it is whole.
    var format: String { prefix + "format" }
    /// The fingerprint of the certificate authority that all controllers have.
    var authority: String { prefix + "authority" }
    /// The number of the next event.
    var nextEvent: String { prefix + "next-event" }
    /// Rows of the ledger, each under its UUID.
    var instances: String { prefix + "instances/" }
    /// Many rows that one change wrote together, until each stands under its own key again.
    var packs: String { prefix + "packs/" }
    var groups: String { prefix + "groups/" }
    /// What operators ask of each host.
    var hosts: String { prefix + "hosts/" }
    var events: String { prefix + "events/" }
    var tokens: String { prefix + "tokens/" }
    /// The last commit of each writer, by group.
    var commits: String { prefix + "commits/" }
    /// What ends with a lease: who lives, and who owns what.
    package var live: String { prefix + "live/" }
    package var controllers: String { live + "controllers/" }
    package var owners: String { live + "owners/" }
    /// Which revision of a group's set is in effect at all watches of a controller.
    package var reaches: String { live + "reach/" }

    func instance(_ uuid: String) -> String { instances + Self.escaped(uuid) }
    func value(_ value: StoreSnapshot.GroupValue, of group: String) -> String {
        "\(groups)\(Self.escaped(group))/\(value.rawValue)"
    }
    func host(_ name: String) -> String { hosts + Self.escaped(name) }
    func token(_ hash: String) -> String { tokens + Self.escaped(hash) }
    func commit(_ group: String?) -> String { commits + (group.map { "groups/\(Self.escaped($0))" } ?? "others") }
    package func controller(_ name: String) -> String { controllers + Self.escaped(name) }
    package func owner(_ group: String) -> String { owners + Self.escaped(group) }
    package func reach(_ group: String, of controller: String) -> String {
        "\(reaches)\(Self.escaped(group))/\(Self.escaped(controller))"
    }

    /// The group and the controller that a key of a reach is of.
    func groupAndController(ofReach key: String) -> (group: String, controller: String)? {
        guard key.hasPrefix(reaches) else { return nil }
        let parts = key.dropFirst(reaches.count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        return (Self.unescaped(parts[0]), Self.unescaped(parts[1]))
    }

    /// Twenty digits, so that the order of the keys is that of the numbers.
    func event(_ number: Int64) -> String {
        let digits = "\(max(0, number))"
        return events + String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    /// The number of a key of events.
    func eventNumber(_ key: String) -> Int64? {
        key.hasPrefix(events) ? Int64(key.dropFirst(events.count)) : nil
    }

    /// The group and the value that a key is of.
    func groupValue(_ key: String) -> (group: String, value: StoreSnapshot.GroupValue)? {
        guard key.hasPrefix(groups) else { return nil }
        let parts = key.dropFirst(groups.count).split(separator: "/", maxSplits: 1)
        guard parts.count == 2, let value = StoreSnapshot.GroupValue(rawValue: String(parts[1])) else { return nil }
        return (Self.unescaped(parts[0]), value)
    }

    /// The group whose endpoint set a key holds.
    func groupOfSet(_ key: String) -> String? {
        guard let found = groupValue(key), found.value == .endpointSet else { return nil }
        return found.group
    }

    /// The last part of a key below `folder`.
    package func name(_ key: String, below folder: String) -> String? {
        key.hasPrefix(folder) ? Self.unescaped(key.dropFirst(folder.count)) : nil
    }

    /// A name as one part of a key.
    private static func escaped(_ name: String) -> String {
        guard name.contains(where: { $0 == "/" || $0 == "%" }) else { return name }
        return name.replacing("%", with: "%25").replacing("/", with: "%2F")
    }

    private static func unescaped(_ part: Substring) -> String {
        String(part).replacing("%2F", with: "/").replacing("%25", with: "%")
    }
}
