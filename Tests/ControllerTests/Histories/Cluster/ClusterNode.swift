import Autoscaling
import Foundation
import Ownership
import TestSupport
import Wire

@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

/// One of several controllers.
final class ClusterNode {
    /// What it does for the group that it owns; all of it is gone when it is told to stop, or killed.
    final class Acting {
        enum Phase { case loading, working, finishing }

        let fence: Fence
        var phase = Phase.loading
        /// The group as it was loaded.
        var controller: HistoryController?
        /// The commit under way.
        var commit: Commit?
        /// How many commits of the group the store has seen, as far as is known.
        var known: Int?
        /// Calls to libvirt that have not returned.
        var calls = 0
        var isLookDue = false
        var isTickMissed = false

        init(_ fence: Fence) { self.fence = fence }
    }

    /// A commit under way, with what is to be done when it is written.
    struct Commit {
        var number: Int
        var step: FleetStep
        var set: EndpointSet?
        var attempts = 0
    }

    let name: String
    let clock: DriftingClock
    /// By how much its wall clock is ahead, seconds.
    let wallOffset: Double
    var ownership: Ownership?
    /// Tells one life of the process from the next.
    var life = 0
    var pausedUntil: Int64?
    var storeCutUntil: Int64 = 0
    var libvirtCutUntil: Int64 = 0
    /// No renewal of its lease reaches the store.
    var renewalsLostUntil: Int64 = 0
    /// It is stopped by the system right after its next renewal was sent, for so long.
    var pauseAtRenewal: Int64?
    /// It is stopped by the system at its next call to libvirt, or killed right after it, for so long.
    var pauseAtCall: Int64?
    var killAtCall: Int64?
    var lastView: Int64 = 0
    /// Requests of the ownership whose answer is awaited.
    var pending: Set<Int> = []
    var acting: Acting?
    /// The lease of its former life.
    var formerLease: Int64?
    var startedAt: Int64 = 0
    /// When the store last granted or renewed its lease.
    var renewedAt: Int64 = 0

    var isAlive: Bool { ownership != nil }
    var isRunning: Bool { ownership != nil && pausedUntil == nil }

    func instant(_ now: Int64) -> MonotonicInstant { clock.instant(now) }

    func date(_ now: Int64) -> Date { Date(timeIntervalSince1970: 1_000_000 + Double(now) / 1e9 + wallOffset) }

    init(name: String, clock: DriftingClock, wallOffset: Double) {
        (self.name, self.clock, self.wallOffset) = (name, clock, wallOffset)
    }

    func begin(_ settings: OwnershipSettings, at now: Int64) {
        life += 1
        ownership = Ownership(settings)
        (pausedUntil, pauseAtCall, killAtCall, pending, acting, startedAt) = (nil, nil, nil, [], nil, now)
    }

    func die() {
        formerLease = ownership?.heldLease ?? formerLease
        pauseAtRenewal = nil
        (ownership, pausedUntil, pauseAtCall, killAtCall, pending, acting) = (nil, nil, nil, nil, [], nil)
    }
}

/// A call to libvirt.
struct ClusterCall {
    enum Work: Equatable {
        case start
        case shutdown
        case destroy(run: Int?)

        var text: String {
            switch self {
            case .start: "start"
            case .shutdown: "shutdown"
            case .destroy: "destroy"
            }
        }
    }

    let node: Int
    /// The life of the process.
    let life: Int
    /// Of which ownership it is.
    let fence: Fence
    let machine: Int
    let host: Int
    let work: Work
    /// The life of the instance, as the results are kept.
    let instanceLife: UInt64
    /// Which order to start the machine it carries out.
    let order: Int
    let permittedAt: Int64
    /// Whether it comes a second time, by a flaw.
    var isRepeated = false
}
