import Autoscaling
import Foundation
import Logging
import Monitoring
import Synchronization
import Wire

/// Writes every decision with what it saw as a line of JSON, into files that are turned over when they are full.
///
/// A trace is what `cms-controller simulate --trace` replays. It is no ledger: a line that cannot be written is lost.
package final class TraceRecorder: Sendable {
    private struct State {
        var file: RotatingFile
        /// What the present file's last header says.
        var header: TraceHeader?
        var hasComplained = false
    }

    private let path: String
    private let header: @Sendable () -> TraceHeader
    private let state: Mutex<State>
    private let logger: Logger

    /// Appends to the file at `path`.
    package init(
        path: String,
        limit: Int = RotatingFile.standardLimit,
        header: @escaping @Sendable () -> TraceHeader,
        logger: Logger
    ) {
        self.path = path
        self.header = header
        self.logger = logger
        state = Mutex(State(file: RotatingFile(path: path, limit: limit)))
    }

    deinit {
        state.withLock { $0.file.close() }
    }

    /// Writes a decision.
    ///
    /// A policy that changed since the last one is written before it.
    package func record(_ decision: Decision, calendar: CalendarTime?) {
        let tick = TraceTick(calendar: calendar, decision: decision)
        guard let line = Self.line(.tick(tick)) else { return }
        state.withLock { state in
            let header = header()
            if state.file.makeRoom(for: line.count) { state.header = nil }
            // Each file can be read by itself; so can what each life of the controller wrote.
            if state.header != header, let line = Self.line(.header(header)) {
                append(line, &state)
                state.header = header
            }
            append(line, &state)
        }
    }

    private func append(_ line: [UInt8], _ state: inout State) {
        guard let reason = state.file.append(line), !state.hasComplained else { return }
        state.hasComplained = true
        logger.warning("trace not written", metadata: ["path": "\(path)", "error": "\(reason)"])
    }

    private static func line(_ line: TraceLine) -> [UInt8]? {
        guard let data = try? WireCoding.encoder().encode(line) else { return nil }
        return Array(data) + [0x0A]
    }
}
