import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Takes the events of a run: counts them, remembers the last ones for people, and passes them on to the files.
package final class RunRecorder: Sendable {
    private struct State {
        var statistics = RunStatistics()
        var connected: Bool?
        var phase: LoadPhase?
        var recent: [RunEvent] = []
        var failuresShown = 0
        var failureWindow = Date.distantPast
        var failuresHidden = 0
    }

    /// A picture of the run at one moment.
    package struct Snapshot: Sendable {
        /// Counts and times.
        package var statistics: RunStatistics
        /// Whether the watch stream is open; `nil` before the first attempt ended.
        package var connected: Bool?
        /// The phase.
        package var phase: LoadPhase?
        /// The last events for people, oldest first.
        package var recent: [RunEvent]
    }

    /// The events kept for people.
    static let recentCount = 5
    /// The failures printed in one second; more are only counted.
    static let failuresPerSecond = 5

    private let state = Mutex(State())
    private let events: [LineFile]
    private let log: LineFile?
    private let lines: LineFile?

    /// A recorder.
    ///
    /// - Parameters:
    ///   - events: Where every event goes as a line of JSON.
    ///   - log: Where one line for each answer goes.
    ///   - lines: Where events go as text for people.
    package init(events: [LineFile] = [], log: LineFile? = nil, lines: LineFile? = nil) {
        self.events = events
        self.log = log
        self.lines = lines
    }

    /// Takes an event.
    package func record(_ event: RunEvent) {
        let shown = state.withLock { Self.take(event, into: &$0) }
        if !events.isEmpty, let json = try? event.json { for file in events { file.write(json) } }
        if let log, let line = event.logLine { log.write(line) }
        if let lines, let shown { lines.write("\(event.at.rfc3339) \(shown)") }
    }

    /// What is known now.
    package var snapshot: Snapshot {
        state.withLock {
            Snapshot(statistics: $0.statistics, connected: $0.connected, phase: $0.phase, recent: $0.recent)
        }
    }

    /// What went wrong with the files, first of all.
    package var failure: String? {
        (events + [log, lines].compactMap { $0 }).lazy.compactMap(\.failure).first
    }

    /// Counts the event; returns the sentence to print.
    private static func take(_ event: RunEvent, into state: inout State) -> String? {
        switch event {
        case .answer(let answer): state.statistics.record(answer)
        case .failure(let failure): state.statistics.record(failure)
        case .connection(let connection): state.connected = connection.connected
        case .phase(let phase): state.phase = phase.phase
        case .notice, .remark, .summary: break
        }
        guard var sentence = event.sentence else { return nil }
        state.recent.append(event)
        if state.recent.count > recentCount { state.recent.removeFirst() }
        guard case .failure = event else { return sentence }
        if event.at.timeIntervalSince(state.failureWindow) >= 1 {
            state.failureWindow = event.at
            state.failuresShown = 0
            if state.failuresHidden > 0 { sentence += " (and \(state.failuresHidden) more)" }
            state.failuresHidden = 0
        }
        state.failuresShown += 1
        guard state.failuresShown <= failuresPerSecond else {
            state.failuresHidden += 1
            return nil
        }
        return sentence
    }
}
