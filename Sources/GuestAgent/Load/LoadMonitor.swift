import Shared
import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// Samples the load ten times a second while a session lasts, and makes the reports.
final class LoadMonitor: Sendable {
    private struct State {
        var history = LoadHistory()
        var pacer = ReportPacer(interval: .seconds(1))
        var start = ContinuousClock.now
        var sequence: UInt64 = 0
    }

    /// The time between two samples.
    static let samplingInterval = Duration.milliseconds(100)

    private let reader: ProcReader
    private let work: any LoadSource
    private let status: AgentStatus
    private let holdFile: String?
    private let state = Mutex(State())

    init(
        reader: ProcReader = ProcReader(),
        work: any LoadSource,
        status: AgentStatus,
        holdFile: String? = nil
    ) {
        self.holdFile = holdFile
        self.reader = reader
        self.work = work
        self.status = status
    }

    /// Samples until the task is cancelled and passes on each report that is due.
    ///
    /// - Parameters:
    ///   - interval: The time between two reports while the load is steady.
    ///   - emit: Takes a report; must not wait.
    /// - Throws: CancellationError.
    func run(interval: Duration, emit: @Sendable (LoadReport) -> Void) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        state.withLock { state in
            state.start = start
            state.pacer = ReportPacer(interval: interval)
        }
        while true {
            if let report = sample(now: clock.now) { emit(report) }
            // Wakes on the grid of the start, so that no delay adds up.
            let elapsed = clock.now - start
            let ticks = (elapsed.seconds / Self.samplingInterval.seconds).rounded(.down) + 1
            let nextTick = Self.samplingInterval * ticks
            let nextBeat = state.withLock { $0.pacer.nextBeatAt }
            let next = nextBeat > elapsed ? min(nextTick, nextBeat) : nextTick
            try await clock.sleep(until: start + next, tolerance: .zero)
        }
    }

    /// A report of this moment, whether one is due or not.
    func reportNow(cause: ReportPacer.Cause, now: ContinuousClock.Instant = .now) -> LoadReport {
        let sample = takeSample(now: now)
        let admission = admission
        let snapshot = work.workload
        let report = state.withLock { state in
            state.history.add(sample)
            let seen = observation(state.history, snapshot, admission)
            state.pacer.sent(at: now - state.start, seen)
            return makeReport(&state, cause, snapshot, admission)
        }
        return complete(report, now: now)
    }

    /// Takes a sample; returns a report when one is due.
    func sample(now: ContinuousClock.Instant) -> LoadReport? {
        let sample = takeSample(now: now)
        let admission = admission
        let snapshot = work.workload
        let report = state.withLock { state -> LoadReport? in
            state.history.add(sample)
            let seen = observation(state.history, snapshot, admission)
            guard let cause = state.pacer.due(at: now - state.start, seen) else { return nil }
            return makeReport(&state, cause, snapshot, admission)
        }
        return report.map { complete($0, now: now) }
    }

    /// Whether work is taken and how much is not finished, both of one moment; `nil` where that is not known.
    private var admission: (isAccepting: Bool, admitted: Int?) {
        let own = status.admission
        return switch work.unfinished {
        case .admitted: (own.isAccepting, own.admitted)
        case .counted(let count): (own.isAccepting, count)
        case .unknown: (own.isAccepting, nil)
        }
    }

    private func takeSample(now: ContinuousClock.Instant) -> LoadSample {
        LoadSample(
            at: now,
            cpu: reader.cpuTimes(),
            pressure: reader.pressure(),
            answered: work.answered
        )
    }

    private func observation(
        _ history: LoadHistory,
        _ snapshot: Workload,
        _ admission: (isAccepting: Bool, admitted: Int?)
    ) -> ReportPacer.Observation {
        ReportPacer.Observation(
            busy: history.quickLoad?.busy,
            demand: max((snapshot.inFlight ?? 0) + (snapshot.queued ?? 0), admission.admitted ?? 0),
            accepting: admission.isAccepting
        )
    }

    private func makeReport(
        _ state: inout State,
        _ cause: ReportPacer.Cause,
        _ snapshot: Workload,
        _ admission: (isAccepting: Bool, admitted: Int?)
    ) -> LoadReport {
        state.sequence += 1
        var report = LoadReport(sequence: state.sequence, measuredAt: Date(), cause: cause.rawValue)
        // What changed suddenly is told as it is now; the beat tells the whole stretch since the last report.
        let load = cause == .change ? state.history.quickLoad : state.history.load
        report.busy = load?.busy
        report.steal = load?.steal
        report.pressure = load?.pressure
        report.requestsPerSecond = work.requestsPerSecond ?? load?.requestsPerSecond
        report.inFlight = snapshot.inFlight
        report.queued = snapshot.queued
        // Both of one moment: an agent that says that it takes nothing new and has nothing left is done for good.
        report.accepting = admission.isAccepting
        report.admitted = admission.admitted
        state.history.markReported()
        return report
    }

    /// Adds what is only needed when a report is sent.
    private func complete(_ report: LoadReport, now: ContinuousClock.Instant) -> LoadReport {
        var report = report
        report.runnable = reader.runnable()
        let memory = reader.memory()
        report.memoryUsed = memory?.used
        report.memoryTotal = memory?.total
        let recent = work.serviceTimes(now: now)
        report.serviceTimeP50 = recent?.p50
        report.serviceTimeP99 = recent?.p99
        report.serviceTimeMean = recent?.meanCPU
        report.holding = holdFile.map { access($0, F_OK) == 0 }
        return report
    }
}
