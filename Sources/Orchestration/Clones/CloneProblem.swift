import Wire

/// Why a clone cannot be made, found before anything was tried; with the remedy.
package enum CloneProblem: Error, CustomStringConvertible, Equatable {
    /// There is no domain of the template's name.
    case noTemplate(String)
    /// The template has no interface on a network of the group.
    case foreignNetwork(template: String, networks: [String])
    /// No address of the range is free.
    case noAddress(hosts: CIDR, network: String)
    /// The guests of the network make addresses of their own, so none of the range can be reserved.
    case ownAddresses(hosts: CIDR, network: String, range: CIDR)
    /// The pool does not exist.
    case noPool(String)
    /// The pool is not active.
    case inactivePool(String)
    /// The pool has less left than a guest needs.
    case poolFull(String, available: UInt64, needed: UInt64)
    /// The template is not what it was when the rollout began.
    case templateChanged(String)
    /// The clone is not whole.
    case unfinished(String)

    package var description: String {
        switch self {
        case .noTemplate(let name):
            "there is no domain '\(name)' to clone; define it, or name another in template.domain"
        case .foreignNetwork(let template, let networks):
            "the template '\(template)' has no interface on a network of the group; attach it to "
                + networks.joined(separator: " or ")
        case .noAddress(let hosts, let network):
            "no address of \(hosts) is free on the network '\(network)'; widen hosts, or remove leases that nobody needs"
        case .ownAddresses(let hosts, let network, let range):
            "the guests of the network '\(network)' make addresses of their own in \(range), so none of \(hosts) can be "
                + "reserved for a clone; give hosts \(range), or the network a <dhcp> with a <range> in its IPv6 section"
        case .noPool(let name):
            "there is no storage pool '\(name)'; make it with 'virsh pool-define-as \(ShellText.word(name)) dir --target DIR' and "
                + "'\(ShellText.command("virsh pool-start", operand: name))', or name another in template.pool"
        case .inactivePool(let name):
            "the storage pool '\(name)' is not active; start it with '\(ShellText.command("virsh pool-start", operand: name))'"
        case .poolFull(let name, let available, let needed):
            "the storage pool '\(name)' has \(available >> 20) MiB left, and at least \(needed >> 20) MiB are kept for "
                + "what a clone writes; delete what nobody needs, or give it a larger disk"
        case .templateChanged(let name):
            "\(name) was changed since the rollout began; begin another with 'cms-controller rollout'"
        case .unfinished(let name):
            "the clone '\(name)' is not whole, so it is not started"
        }
    }
}
