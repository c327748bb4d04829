import EtcdStore
import Orchestration
import Ownership

/// Who owns each group, as etcd shows it.
struct ClusterOwners: GroupOwners {
    let ownership: OwnershipService
    /// This controller's name.
    let name: String

    func owner(of group: String) -> GroupOwner {
        if ownership.fence(for: group) != nil { return .here }
        guard let view = ownership.view, let owner = view.owners[group], owner.controller != name,
            let member = view.members[owner.controller]
        else { return .nobody }
        return .other(name: owner.controller, addresses: member.addresses)
    }

    var controllers: [String] {
        (ownership.view?.members ?? [:]).sorted { $0.key < $1.key }.flatMap(\.value.addresses)
    }
}
