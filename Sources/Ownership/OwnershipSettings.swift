/// How a controller takes, keeps and hands over groups.
package struct OwnershipSettings: Sendable, Equatable {
    /// The controller's name; no two live ones may have the same.
    package var controller: String
    /// The groups that it can own.
    package var groups: Set<String>
    /// How long the store keeps the lease after it was last renewed; whole seconds.
    package var lease: Duration
    /// How long before the lease can end the controller stops acting. It bounds how much slower its clock may run than the
    /// store's, and what may still be under way: a quarter of the lease, at least 500 ms.
    package var margin: Duration
    /// How long a call that was sent may take to arrive at a hypervisor, or is not carried out at all: libvirtd closes the
    /// connection of a controller that is silent for so long (`keepalive_interval × (keepalive_count + 1)`).
    package var reach: Duration
    /// How far the clocks of controller, store and hosts may come apart while a call is on its way: a twentieth of the lease.
    package var drift: Duration
    /// The time between two renewals.
    package var renewal: Duration
    /// The time before what failed is tried again.
    package var retry: Duration
    /// The longest time for what is under way before a group is handed over.
    package var handOverGrace: Duration
    /// How long a controller must have been seen before it is given groups of another one.
    package var settling: Duration
    /// How long a group without an owner is left to each better placed controller.
    package var patience: Duration
    /// How long a group is kept that a better placed controller left lying.
    package var keeping: Duration

    /// Settings that follow from the lease.
    ///
    /// - Parameters:
    ///   - controller: The controller's name.
    ///   - groups: The groups that it can own.
    ///   - lease: The lease's time, at least 2 s.
    ///   - reach: How long a call may be on its way, shorter than the lease by two renewals and more.
    package init(
        controller: String,
        groups: Set<String>,
        lease: Duration = .seconds(5),
        reach: Duration = .seconds(3)
    ) {
        self.controller = controller
        self.groups = groups
        self.lease = lease
        self.reach = reach
        margin = max(lease / 4, .milliseconds(500))
        drift = lease / 20
        renewal = lease / 5
        retry = .milliseconds(500)
        handOverGrace = .seconds(5)
        settling = .seconds(3)
        patience = .seconds(1)
        keeping = .seconds(60)
    }
}
