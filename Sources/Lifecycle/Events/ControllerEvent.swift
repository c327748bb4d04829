import Foundation

/// Something that happened and is kept: one row of the event log, one structured log line.
package struct ControllerEvent: Sendable, Hashable, Codable {
    /// What kinds of events there are, named in this one place.
    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// Every instance in service went over the threshold.
        case overload
        /// The overload passed.
        case overloadEnded = "overload.ended"
        /// The engine wants more instances.
        case scaleOutDecided = "scale-out.decided"
        /// The engine wants more instances and there are none to start.
        case reserveEmpty = "reserve.empty"
        /// The engine wants fewer instances.
        case scaleInDecided = "scale-in.decided"
        /// An instance leaves: clients are told, and it finishes what it has.
        case instanceDraining = "instance.draining"
        /// An instance has answered its last request, or its time to do so is over.
        case instanceDrained = "instance.drained"
        /// An instance was woken from standby.
        case instanceResumed = "instance.resumed"
        /// An instance that was unhealthy for too long is replaced.
        case instanceReplaced = "instance.replaced"
        /// An instance joined the warm pool.
        case standbyReady = "standby.ready"
        /// An instance of the warm pool is woken for a moment.
        case standbyRefreshed = "standby.refreshed"
        /// An instance left the warm pool for good.
        case standbyRetired = "standby.retired"
        /// Starts fail again and again: none is tried for a while.
        case breakerOpened = "breaker.opened"
        /// Starts are tried again.
        case breakerClosed = "breaker.closed"
        /// The engine wants more instances and something stands against it.
        case scaleOutBlocked = "scale-out.blocked"
        /// An instance was protected from scale in, or no longer is.
        case instanceProtected = "instance.protected"
        /// An operator paused a group: nothing is ordered.
        case groupPaused = "group.paused"
        /// An operator resumed a group.
        case groupResumed = "group.resumed"
        /// An operator holds a group's size.
        case groupSized = "group.sized"
        /// A group's size is no longer held.
        case groupReleased = "group.released"
        /// One of several controllers acts for a group from now on.
        case groupOwned = "group.owned"
        /// An operator had what failed tried again.
        case groupRetried = "group.retried"
        /// An operator's hook failed.
        case hookFailed = "hook.failed"
        /// The configuration was read anew.
        case configurationReloaded = "configuration.reloaded"
        /// An operator took a copy of the store.
        case backupTaken = "backup.taken"
        /// A new configuration was refused; the old one stays.
        case configurationRefused = "configuration.refused"
        /// Clones begin to be replaced by ones of another template.
        case rolloutStarted = "rollout.started"
        /// Every clone is of the new template.
        case rolloutFinished = "rollout.finished"
        /// A rollout was given up.
        case rolloutFailed = "rollout.failed"
        /// A clone was made.
        case instanceCreated = "instance.created"
        /// A clone was removed with all that it owned.
        case instanceRemoved = "instance.removed"
        /// An instance was ordered to start.
        case instanceStarting = "instance.starting"
        /// The hypervisor runs the instance's domain.
        case instanceStarted = "instance.started"
        /// A domain that runs was taken into the group.
        case instanceAdopted = "instance.adopted"
        /// An agent got its first certificate.
        case agentEnrolled = "agent.enrolled"
        /// An agent registered and its command stream is open.
        case agentRegistered = "agent.registered"
        /// The address of an instance without an agent is known.
        case instanceLocated = "instance.located"
        /// The instance's health probe passed.
        case instanceProbed = "instance.probed"
        /// Clients were told of a new revision.
        case endpointsChanged = "endpoints.changed"
        /// An instance left the endpoint set because it fails.
        case instanceUnhealthy = "instance.unhealthy"
        /// An instance did not come into service in time.
        case instanceFailed = "instance.failed"
        /// An instance failed too often and is left alone.
        case instanceQuarantined = "instance.quarantined"
        /// An instance's domain stopped.
        case instanceStopped = "instance.stopped"
        /// A domain left the group's networks or was undefined.
        case instanceGone = "instance.gone"
        /// The query of a rule got no value: nothing shrinks until it does.
        case queryFailed = "query.failed"
        /// The query has a value again.
        case queryRecovered = "query.recovered"
        /// The hypervisor answers.
        case hypervisorConnected = "hypervisor.connected"
        /// The hypervisor does not answer.
        case hypervisorLost = "hypervisor.lost"
        /// A host and all agents on it have been silent for too long: it is replaced elsewhere.
        case hostLost = "host.lost"
        /// A host that was lost is back.
        case hostReturned = "host.returned"
        /// An operator keeps new instances away from a host.
        case hostCordoned = "host.cordoned"
        /// An operator lets instances onto a host again.
        case hostUncordoned = "host.uncordoned"
        /// An operator wants the instances on a host to leave.
        case hostEvacuating = "host.evacuating"
        /// No instance is left on a host that was to be evacuated.
        case hostEvacuated = "host.evacuated"
        /// Two hosts have a domain of the same UUID or name: neither is touched.
        case instanceDisputed = "instance.disputed"
        /// One host alone has the domain now.
        case instanceSettled = "instance.settled"
        /// A domain's QEMU answers the hypervisor no more.
        case hypervisorDomainHung = "hypervisor.domain-hung"
        /// A domain's QEMU that did not answer does again.
        case hypervisorDomainAnswers = "hypervisor.domain-answers"
        /// A peer was refused.
        case peerRefused = "peer.refused"
        /// The controller started.
        case controllerStarted = "controller.started"
        /// Another machine got the certificate authority with its key, to be a controller, too.
        case controllerJoined = "controller.joined"
        /// The store cannot be written.
        case storeFailed = "store.failed"
        /// The store can be written again.
        case storeRecovered = "store.recovered"
        /// The history is damaged, or cannot be written; everything else goes on.
        case historyFailed = "history.failed"
        /// The history is written again.
        case historyRecovered = "history.recovered"
    }

    /// The number that the store gave it; they grow. `nil` until it is stored.
    package var id: Int64?
    /// What happened.
    package var kind: Kind
    /// When, by the wall clock.
    package var at: Date
    /// The group's name, where it concerns one.
    package var group: String?
    /// The instance's name, where it concerns one.
    package var instance: String?
    /// The revision of the endpoint set, where it concerns one.
    package var revision: UInt64?
    /// Who asked for it: an operator's name; absent when nobody did.
    package var by: String?
    /// What happened in words, with the remedy where there is one.
    package var detail: String

    /// An event.
    package init(
        _ kind: Kind,
        at: Date,
        instance: String? = nil,
        revision: UInt64? = nil,
        by: String? = nil,
        detail: String
    ) {
        self.kind = kind
        self.at = at
        self.instance = instance
        self.revision = revision
        self.by = by
        self.detail = detail
    }
}
