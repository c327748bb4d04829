import Autoscaling
import Foundation

@testable import Lifecycle

/// One domain as it really is, and the guest in it: what the controller can only guess at.
struct HistoryMachine {
    enum Power { case off, running, paused }

    /// Who made the domain active.
    enum Maker {
        case nobody
        /// An order of the controller's.
        case controller
        /// Somebody by hand, while the controller had seen it off and no order stood.
        case others
        /// Nobody can tell: by hand while an order stood, or before anybody had looked.
        case unclear
    }

    /// What is in a guest's memory.
    struct Guest {
        /// Ticks until the agent has enrolled; `nil`: it never does.
        var bootLeft: Int?
        var isUp = false
        var isAccepting = true
        var isHolding = false
        var pending = 0
        /// Requests that never end.
        var stuck = 0
        /// Seconds by which its clock is behind.
        var lag = 0.0
        /// The number of the session it believes to be in; 0 for none.
        var session: UInt64 = 0
        /// Ticks until it connects anew.
        var reconnectIn = 0
        /// Whether it answers probes.
        var isWell = true
    }

    /// A memory image on disk.
    struct Image {
        var number: Int
        var guest: Guest
        var savedAt: Double
        /// Whether its domain has run on since: the hypervisor's layer never restores such a one.
        var isStale = false
    }

    /// What there is of a clone.
    struct Clone {
        var name: String
        /// How far its making or removal has come.
        var state = FleetObservation.CloneState.making
        /// Whether it has its disk.
        var hasVolume = false
        /// Whether anything of it is on the host, though perhaps somebody removed its definition by hand.
        var isThere = false
        /// Whether somebody removed or restored its definition by hand.
        var isTouched = false
    }

    let uuid: String
    /// The number of the host that it is on.
    var host = 0
    var isDefined = true
    /// What a domain that the controller made consists of; `nil` for one that was there from the beginning.
    var clone: Clone?
    /// Since when it is defined.
    var definedAt = MonotonicInstant.seconds(0)
    var power = Power.off
    /// Counts its runs, as the hypervisor does.
    var run = 0
    var maker = Maker.nobody
    var guest: Guest?
    var image: Image?
    /// The image whose restoration stopped half-way, before the guest ran on.
    var halfRestored: Int?
    var pausedAt: Double?
    /// Whether a look of the controller has seen it off since it stopped.
    var seenOff = true
    /// Ticks until a shutdown under way is done; `nil` when none is.
    var shutdownLeft: Int?

    /// What is wrong with it.
    var bootTicks: Int? = 1
    var startsThatFail = 0
    var parksThatFail = 0
    var ignoresShutdown = false
    /// Whether its guest fails all probes.
    var isSick = false
    var restoreFails = false
    var restoreStopsHalfWay = false

    /// Since when it is active.
    var activeSince = MonotonicInstant.seconds(0)
    /// When its guest last began to run, from the beginning or from where it was.
    var ranAt: MonotonicInstant?
    /// Ticks for which nobody measures it.
    var unmeasured = 0

    /// How often an order of the controller's woke it.
    var wakes = 0
    /// The session and the number of wakes at which the full probe last passed.
    var passed: (session: UInt64, wakes: Int)?

    init(uuid: String) { self.uuid = uuid }

    /// A clone of which only the name stands so far.
    init(clone name: String, uuid: String) {
        self.uuid = uuid
        clone = Clone(name: name)
        isDefined = false
    }

    var name: String { clone?.name ?? uuid }
    /// Whether the host has something of it, defined or not.
    var exists: Bool { clone?.isThere ?? true }

    var isActive: Bool { power != .off }

    /// Boots, from the beginning.
    mutating func boot(by maker: Maker) {
        power = .running
        run += 1
        self.maker = maker
        image = nil
        halfRestored = nil
        guest = Guest(bootLeft: bootTicks)
        guest?.isWell = !isSick
        shutdownLeft = nil
        seenOff = false
    }

    /// Loses its memory.
    mutating func stop() {
        if halfRestored == nil { image?.isStale = true }
        power = .off
        maker = .nobody
        guest = nil
        halfRestored = nil
        pausedAt = nil
        shutdownLeft = nil
        seenOff = false
    }

    mutating func pause(at wall: Double) {
        guard power == .running else { return }
        power = .paused
        pausedAt = wall
    }

    /// Runs on from where it was paused; returns the image that was used up by it.
    mutating func unpause(at wall: Double) -> Int? {
        guard power == .paused else { return nil }
        power = .running
        guest?.lag += max(0, wall - (pausedAt ?? wall))
        pausedAt = nil
        let used = halfRestored
        if used != nil {
            halfRestored = nil
            image = nil
        }
        return used
    }

    mutating func save(as number: Int, at wall: Double) {
        guard let guest, power != .off else { return }
        let from = pausedAt ?? wall
        let restored = halfRestored
        stop()
        image = Image(number: restored ?? number, guest: guest, savedAt: from)
    }

    /// Becomes active with the memory of its image; returns the image that was used up, if it runs on.
    mutating func restore(by maker: Maker, at wall: Double, halfWay: Bool) -> Int? {
        guard let image, power == .off else { return nil }
        power = halfWay ? .paused : .running
        run += 1
        self.maker = maker
        seenOff = false
        guest = image.guest
        guest?.session = 0
        guest?.reconnectIn = 1
        guest?.lag += max(0, wall - image.savedAt)
        if halfWay {
            halfRestored = image.number
            pausedAt = wall
            return nil
        }
        self.image = nil
        return image.number
    }
}
