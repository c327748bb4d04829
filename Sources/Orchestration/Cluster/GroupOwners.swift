/// Who acts for which group, as this controller knows it: of several controllers one owns each group.
package protocol GroupOwners: Sendable {
    /// Who acts for a group now.
    func owner(of group: String) -> GroupOwner
    /// `host:port` of the live controllers as agents and clients reach them, in a fixed order; empty where there is one
    /// controller only.
    var controllers: [String] { get }
}

/// Who acts for a group.
package enum GroupOwner: Sendable, Equatable {
    /// This controller.
    case here
    /// Another one, with its name and where it is reached.
    case other(name: String, addresses: [String])
    /// Nobody at the moment: the next owner is about to begin.
    case nobody
}

/// The one controller there is.
package struct SoleOwner: GroupOwners {
    package init() {}

    package func owner(of group: String) -> GroupOwner { .here }

    package var controllers: [String] { [] }
}
