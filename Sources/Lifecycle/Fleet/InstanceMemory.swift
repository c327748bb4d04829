import Autoscaling

/// What the fleet remembers of one instance beside its row: gone with the process, and made anew from row and facts.
package struct InstanceMemory: Sendable, Equatable {
    /// The deadline of the present state, on the steady clock.
    package var deadline: MonotonicInstant?
    /// Until when the agent of an instance from a former life of the controller may reconnect.
    var reconnectDeadline: MonotonicInstant?
    /// Until when an instance that is on its way counts as capacity.
    var capacityDeadline: MonotonicInstant?
    /// Until when clients that have not acknowledged the departure of a draining instance are waited for.
    package var lease: MonotonicInstant?
    /// Until when an instance that was woken to be refreshed stays awake.
    package var awakeUntil: MonotonicInstant?
    /// Until when an order to start or to resume that was given up may still be carried out: what it brings up is ours.
    package var lateOrderUntil: MonotonicInstant?
    /// Since when it is in service, on the steady clock.
    package var servingSince: MonotonicInstant?
    /// It is in standby, and its agent lost the session with a former life of the controller: it is woken once.
    var isAwaitingReconnect = false
    /// Its order has not been given to the hypervisor, as of the last look.
    var isUntold = false
    /// It was asked to shut down since it began to stop.
    var wasAskedToStop = false
    /// What it lacks while its start waits for room on the host.
    var shortage: HostShortage?
    /// The run in which its domain was seen last, as libvirt numbers them.
    var run: Int?
    /// The run of its domain that is being destroyed.
    var runBeingDestroyed: Int?
}

/// What is remembered of all instances; of those it knows nothing of, an empty memory.
package struct InstanceMemories: Sendable, Equatable {
    private var rows: [String: InstanceMemory] = [:]

    /// The memory of the instance with that UUID.
    package subscript(uuid: String) -> InstanceMemory {
        get { rows[uuid] ?? InstanceMemory() }
        set { rows[uuid] = newValue == InstanceMemory() ? nil : newValue }
    }

    /// Nothing is remembered of it any more.
    mutating func forget(_ uuid: String) { rows[uuid] = nil }
}
