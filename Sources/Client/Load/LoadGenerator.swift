import Shared
import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Makes the load of a plan and reports each answer, failure and phase.
package struct LoadGenerator: Sendable {
    /// How a run ended.
    package enum End: Sendable, Equatable {
        /// As planned, or because it was asked to stop.
        case finished
        /// No new instance answered in time (`ramp`).
        case gaveUp
    }

    /// In-flight requests after a wish to stop get this long before they are cancelled.
    static let stopGrace: Duration = .seconds(1)
    /// The most requests under way at a given rate; beyond it, requests start late, which their times show.
    static let openLoopLimit = 4096

    let plan: LoadPlan
    let fetch: @Sendable (LoadRequest) async throws -> Served<LoadAnswer>
    let endpoints: @Sendable () -> Set<String>
    let stop: StopSignal
    let report: @Sendable (RunEvent) -> Void

    /// A generator.
    ///
    /// - Parameters:
    ///   - plan: What to do.
    ///   - stop: Ends the run early.
    ///   - endpoints: The ids of the endpoints in service.
    ///   - fetch: Makes one request.
    ///   - report: Told of each event; returns soon.
    package init(
        plan: LoadPlan,
        stop: StopSignal,
        endpoints: @escaping @Sendable () -> Set<String>,
        fetch: @escaping @Sendable (LoadRequest) async throws -> Served<LoadAnswer>,
        report: @escaping @Sendable (RunEvent) -> Void
    ) {
        self.plan = plan
        self.stop = stop
        self.endpoints = endpoints
        self.fetch = fetch
        self.report = report
    }

    /// Makes the load until the plan is done, a stop is wished for, or the task is cancelled.
    package func run() async -> End {
        let control = LoadControl(plan: plan, now: .now)
        if let phase = control.phase { report(.phase(PhaseEvent(at: Date(), phase: phase))) }
        await withTaskGroup(of: Void.self) { group in
            if plan.rate != nil { group.addTask { await sendOnTime(control) } }
            while !Task.isCancelled, control.isRunning {
                if stop.requestedAt != nil { control.end() }
                if let step = control.tick(now: .now, endpoints: endpoints) { announce(step) }
                let wanted = control.isRunning ? workers(in: control.phase) : 0
                for index in control.missingWorkers(upTo: wanted) {
                    group.addTask { await work(index, control) }
                }
                await nap(until: control.deadline)
            }
            control.end()
            // What is under way may finish; a wish to stop leaves it a second.
            while control.isBusy, !Task.isCancelled {
                if let since = stop.requestedAt, since.duration(to: .now) > Self.stopGrace { break }
                try? await ContinuousClock().sleep(for: .milliseconds(20))
            }
            group.cancelAll()
        }
        return control.gaveUp ? .gaveUp : .finished
    }

    private func workers(in phase: LoadPhase?) -> Int {
        switch phase {
        case .low: plan.mode == .low ? plan.concurrency ?? plan.lowWorkers : plan.lowWorkers
        case .high, .tail: plan.rate == nil ? plan.highWorkers(endpoints: endpoints().count) : 0
        case .pause, nil: 0
        }
    }

    /// Sleeps a moment, but not past `deadline`.
    private func nap(until deadline: ContinuousClock.Instant?) async {
        let next = ContinuousClock.now.advanced(by: .milliseconds(50))
        try? await ContinuousClock().sleep(until: deadline.map { min($0, next) } ?? next)
    }

    private func announce(_ step: PhaseMachine.Step) {
        if case .enter(let phase) = step { report(.phase(PhaseEvent(at: Date(), phase: phase))) }
    }

    /// One worker: asks, waits for the answer, asks again.
    private func work(_ index: Int, _ control: LoadControl) async {
        defer { control.workerEnded(index) }
        var generator = SeededGenerator(seed: plan.seed.map { $0 &+ UInt64(index) })
        // Workers begin within half a second, so that their handshakes do not come all at once.
        let spread = Duration.milliseconds(500) * Double.random(in: 0..<1, using: &generator)
        guard await idle(for: index == 0 ? .zero : spread, index, control) else { return }
        while !Task.isCancelled, let phase = control.phase(forWorker: index, of: workers(in: control.phase)),
            control.takeTicket()
        {
            await ask(plan.request(in: phase, using: &generator), worker: index, since: .now, control)
            guard phase == .low else { continue }
            let share = Double.random(in: 0...1, using: &generator)
            let pause = plan.lowPause.lowerBound + (plan.lowPause.upperBound - plan.lowPause.lowerBound) * share
            guard await idle(for: pause, index, control) else { return }
        }
    }

    /// Waits; returns early, with `false`, when the worker is needed no more.
    private func idle(for duration: Duration, _ index: Int, _ control: LoadControl) async -> Bool {
        let end = ContinuousClock.now.advanced(by: duration)
        while ContinuousClock.now < end {
            guard !Task.isCancelled, control.phase(forWorker: index, of: workers(in: control.phase)) != nil else {
                return false
            }
            let slice = min(end, ContinuousClock.now.advanced(by: .milliseconds(50)))
            try? await ContinuousClock().sleep(until: slice)
        }
        return !Task.isCancelled
    }

    /// Sends at the plan's rate while a high phase lasts. Times count from when a request was due.
    private func sendOnTime(_ control: LoadControl) async {
        guard let rate = plan.rate else { return }
        let interval = Duration.seconds(1) / rate
        var generator = SeededGenerator(seed: plan.seed)
        await withDiscardingTaskGroup { group in
            var due = ContinuousClock.now
            var number = 0
            while control.isRunning, !Task.isCancelled {
                guard let phase = control.phase, phase == .high || phase == .tail else {
                    due = .now
                    await nap(until: nil)
                    continue
                }
                guard due <= .now, control.openRequests < Self.openLoopLimit else {
                    await nap(until: max(due, .now.advanced(by: .milliseconds(1))))
                    continue
                }
                guard control.takeTicket() else { break }
                let request = plan.request(in: phase, using: &generator)
                let (worker, since) = (number, due)
                control.requestOpened()
                group.addTask {
                    await ask(request, worker: worker, since: since, control)
                    control.requestClosed()
                }
                number += 1
                due = due.advanced(by: interval)
            }
        }
    }

    /// One request, reported unless it was cancelled.
    private func ask(
        _ request: LoadRequest,
        worker: Int,
        since start: ContinuousClock.Instant,
        _ control: LoadControl
    ) async {
        let startedAt = Date().addingTimeInterval(-start.duration(to: .now).seconds)
        do {
            let served = try await fetch(request)
            let seconds = start.duration(to: .now).seconds
            let answer = AnswerEvent(
                served,
                of: request,
                worker: worker,
                startedAt: startedAt,
                at: Date(),
                seconds: seconds
            )
            report(.answer(answer))
            if let step = control.answered(by: served.endpoint.id, now: .now) { announce(step) }
        } catch is CancellationError {
            return
        } catch {
            guard !Task.isCancelled else { return }
            let failure = error as? RequestFailure
            report(
                .failure(
                    FailureEvent(
                        at: Date(),
                        startedAt: startedAt,
                        worker: worker,
                        n: request.n,
                        path: request.path,
                        server: failure?.endpoint?.name,
                        endpoint: failure?.endpoint?.url,
                        seconds: start.duration(to: .now).seconds,
                        attempts: failure?.attempts ?? 1,
                        error: ErrorText.of(error)
                    )
                )
            )
        }
    }
}
