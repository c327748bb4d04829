import Autoscaling
import Foundation
import Glibc
import Logging
import Shared
import Synchronization

/// Writes every decision with what it saw as a line of JSON, into files that are turned over when they are full.
///
/// A trace is what `cms-controller simulate --trace` replays. It is no ledger: a line that cannot be written is lost.
final class TraceRecorder: Sendable {
    /// The size at which a file is turned over, bytes.
    static let fileLimit = 32 << 20
    /// How many full files are kept besides the one that is written.
    static let kept = 4

    private struct State {
        var descriptor: Int32 = -1
        var size = 0
        /// What the present file's last header says.
        var header: TraceHeader?
        var hasComplained = false
    }

    private let path: String
    private let limit: Int
    private let header: @Sendable () -> TraceHeader
    private let state = Mutex(State())
    private let logger: Logger

    /// Appends to the file at `path`.
    init(
        path: String,
        limit: Int = TraceRecorder.fileLimit,
        header: @escaping @Sendable () -> TraceHeader,
        logger: Logger
    ) {
        self.path = path
        self.limit = limit
        self.header = header
        self.logger = logger
    }

    deinit {
        let descriptor = state.withLock { $0.descriptor }
        if descriptor >= 0 { close(descriptor) }
    }

    /// Writes a decision.
    ///
    /// A policy that changed since the last one is written before it.
    func record(_ decision: Decision, at date: Date) {
        let tick = TraceTick(calendar: CalendarTime(date), decision: decision)
        guard let line = Self.line(.tick(tick)) else { return }
        state.withLock { state in
            let header = header()
            if state.descriptor < 0 || state.size + line.count > limit {
                turnOver(&state)
                state.header = nil
            }
            // Each file can be read by itself; so can what each life of the controller wrote.
            if state.header != header, let line = Self.line(.header(header)) {
                append(line, &state)
                state.header = header
            }
            append(line, &state)
        }
    }

    private func turnOver(_ state: inout State) {
        if state.descriptor >= 0 {
            close(state.descriptor)
            for number in stride(from: Self.kept - 1, through: 1, by: -1) {
                rename("\(path).\(number)", "\(path).\(number + 1)")
            }
            rename(path, "\(path).1")
        }
        state.descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        state.size = max(0, Int(lseek(state.descriptor, 0, SEEK_END)))
    }

    private func append(_ line: [UInt8], _ state: inout State) {
        let written = line.withUnsafeBytes { write(state.descriptor, $0.baseAddress, $0.count) }
        state.size += max(0, written)
        guard written != line.count, !state.hasComplained else { return }
        state.hasComplained = true
        logger.warning(
            "trace not written",
            metadata: ["path": "\(path)", "error": "\(String(cString: strerror(errno)))"]
        )
    }

    private static func line(_ line: TraceLine) -> [UInt8]? {
        guard let data = try? WireCoding.encoder().encode(line) else { return nil }
        return Array(data) + [0x0A]
    }
}
