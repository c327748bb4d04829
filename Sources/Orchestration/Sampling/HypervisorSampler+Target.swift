import Libvirt
import Wire

extension HypervisorSampler {
    /// A group that is sampled. A domain belongs to the first one that it fits, a clone of ours to the one that its own
    /// record names, a template to none.
    package struct Target: Sendable {
        /// The group's name.
        package var name: String
        /// The networks that the group's domains are on.
        package var networks: [GroupDiscovery.Network]
        /// Whether a domain of that name belongs to the group.
        package var includes: @Sendable (String) -> Bool
        /// Counts how often the group was configured: ``includes`` may answer otherwise from then on.
        package var configurations: @Sendable () -> UInt64 = { 0 }
        /// The name of the domain that the group's clones are made from, if they are.
        package var template: @Sendable () -> String?
        /// The image that the group's clones are made from, if they are.
        package var image: @Sendable () -> String? = { nil }
        /// The range of the group, to look for its networks in where ``networks`` is empty; `nil`: they are not looked for.
        package var hosts: CIDR?
        /// Called with networks that were found later.
        package var found: @Sendable ([GroupDiscovery.Network]) -> Void = { _ in }
        /// Where the result goes.
        package var view: HostView
        /// Who is told.
        package var signals: Signals
    }
}
