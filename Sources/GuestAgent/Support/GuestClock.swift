import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// A wall clock that can be set.
package protocol AdjustableClock: Sendable {
    /// The time it shows.
    var date: Date { get }
    /// The time of the machine's hardware clock, which goes on while the machine is paused; `nil` without one.
    var hardwareDate: Date? { get }
    /// Sets the time it shows; throws when that is not allowed.
    func set(_ date: Date) throws
}

/// Brings the wall clock up to date after a pause: the clock of a paused guest stands still, and with it the judgement
/// on every certificate.
struct GuestClock: Sendable {
    /// A difference that is not worth a jump, seconds.
    static let tolerance = 0.5
    /// The hardware clock counts whole seconds: only a larger difference tells of a pause.
    static let hardwareTolerance = 2.0
    private let clock: (any AdjustableClock)?
    private let logger: Logger

    /// Keeps `clock` right; without one nothing is ever set.
    init(_ clock: (any AdjustableClock)?, logger: Logger) {
        self.clock = clock
        self.logger = logger
    }

    /// Sets the clock to what the controller says, when it is off by more than ``tolerance``.
    func set(to date: Date) {
        guard let clock, abs(date.timeIntervalSince(clock.date)) > Self.tolerance else { return }
        set(clock, to: date, source: "controller")
    }

    /// Sets the clock to the hardware clock when that is ahead: the machine was paused.
    func catchUp() {
        guard let clock, let hardware = clock.hardwareDate,
            hardware.timeIntervalSince(clock.date) > Self.hardwareTolerance
        else { return }
        set(clock, to: hardware, source: "hardware clock")
    }

    private func set(_ clock: any AdjustableClock, to date: Date, source: String) {
        let off = date.timeIntervalSince(clock.date)
        do {
            try clock.set(date)
            logger.notice("clock set", metadata: ["source": "\(source)", "seconds": "\(off)"])
        } catch {
            logger.error("clock not set", metadata: ["source": "\(source)", "seconds": "\(off)", "error": "\(error)"])
        }
    }
}

/// The clock of this machine.
package struct SystemWallClock: AdjustableClock {
    /// The kernel refuses to set the clock.
    package struct Refused: Error, CustomStringConvertible {
        /// The reason and the remedy.
        package let description: String
    }

    /// The clock.
    package init() {}

    /// The present time.
    package var date: Date { Date() }

    /// What the first real-time clock says.
    package var hardwareDate: Date? {
        guard let data = FileManager.default.contents(atPath: "/sys/class/rtc/rtc0/since_epoch"),
            let seconds = Double(String(decoding: data, as: UTF8.self).filter { !$0.isWhitespace })
        else { return nil }
        return Date(timeIntervalSince1970: seconds)
    }

    /// Sets the machine's clock; needs CAP_SYS_TIME.
    package func set(_ date: Date) throws {
        let seconds = date.timeIntervalSince1970
        guard seconds.isFinite, seconds >= 0, seconds < 4e9 else {
            throw Refused(description: "the time is out of range")
        }
        var time = timespec()
        time.tv_sec = Int(seconds.rounded(.down))
        time.tv_nsec = Int((seconds - seconds.rounded(.down)) * 1e9)
        guard clock_settime(CLOCK_REALTIME, &time) == 0 else {
            throw Refused(
                description: String(cString: strerror(errno))
                    + "; give the agent CAP_SYS_TIME, or leave --set-clock out"
            )
        }
    }
}
