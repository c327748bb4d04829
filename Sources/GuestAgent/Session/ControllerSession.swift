import Logging
import NIOSSL
import ServiceLifecycle
import Shared
import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The agent's side of its life with the controller: registers, obeys the command stream, reports its load.
///
/// When anything breaks it begins again from the registration, for ever; serving does not depend on it.
final class ControllerSession: Service {
    /// Why a session ended.
    enum Ending: Error, CustomStringConvertible {
        case streamEnded
        case silent(Duration)
        case notRegistered(Problem)
        case notOwner(Problem)

        var description: String {
            switch self {
            case .streamEnded: "the controller closed the command stream"
            case .silent(let time): "nothing came over the command stream for \(time)"
            case .notRegistered(let problem): "the controller does not know this agent: \(problem)"
            case .notOwner(let problem): "the controller does not own this agent's group: \(problem)"
            }
        }
    }

    private let configuration: AgentConfiguration
    private let connections: ControllerConnections
    private let keeper: IdentityKeeper
    private let listening: Latch<Int>
    private let monitor: LoadMonitor
    private let status: AgentStatus
    private let clock: GuestClock
    private let startedAt = Date()
    private let reportFilter = Mutex(RepeatFilter())
    private let logger: Logger

    init(
        configuration: AgentConfiguration,
        connections: ControllerConnections,
        keeper: IdentityKeeper,
        listening: Latch<Int>,
        monitor: LoadMonitor,
        status: AgentStatus,
        clock: GuestClock,
        logger: Logger
    ) {
        self.configuration = configuration
        self.connections = connections
        self.keeper = keeper
        self.listening = listening
        self.monitor = monitor
        self.status = status
        self.clock = clock
        self.logger = logger
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.connectForEver() }
        } catch is CancellationError {
            return
        }
    }

    private func connectForEver() async throws {
        let identity = try await keeper.identity.wait()
        let port = try await listening.wait()
        var rotation = ControllerRotation(connections.known.list, backoff: configuration.timing.session)
        var filters: [HostPort: RepeatFilter] = [:]
        while true {
            let pulse = Pulse()
            // A session may have ended because the machine was paused, and a clock that stood still meanwhile makes the
            // controller's certificate look as if it were from the future.
            clock.catchUp()
            var failure = ControllerRotation.Failure.broken
            do {
                try await connect(identity, port: port, connections.connection(rotation), pulse)
            } catch {
                try Task.checkCancellation()
                if let start = pulse.firstBeat {
                    rotation.connected(at: start)
                    filters = [:]
                }
                failure = self.failure(error)
                log(error, failure, rotation.current, &filters)
                if Self.callsForEnrollment(error) { keeper.requestEnrollment() }
            }
            let step = rotation.next(after: failure, among: connections.known.list, at: .now)
            if step.wait > .zero { try await Task.sleep(for: step.wait) }
        }
    }

    /// Why another controller is to be asked; its list of controllers is taken.
    private func failure(_ error: any Error) -> ControllerRotation.Failure {
        switch error {
        case ControllerConnection.Failure.refused(let problem), Ending.notOwner(let problem):
            connections.known.failure(problem)
        default: .broken
        }
    }

    private func log(
        _ error: any Error,
        _ failure: ControllerRotation.Failure,
        _ controller: HostPort,
        _ filters: inout [HostPort: RepeatFilter]
    ) {
        let known = Set(connections.known.list.all)
        filters = filters.filter { known.contains($0.key) }
        let reason = ErrorText.of(error)
        guard filters[controller, default: RepeatFilter()].passes(reason) else { return }
        let metadata: Logger.Metadata = ["reason": "\(reason)", "controller": "\(controller)"]
        if case .elsewhere = failure {
            logger.info("the group is another controller's", metadata: metadata)
        } else {
            logger.warning("no session with the controller, trying again", metadata: metadata)
        }
    }

    /// One session, from the registration until something breaks.
    ///
    /// - Parameters:
    ///   - identity: What the agent shows.
    ///   - port: Where the agent serves.
    ///   - api: The controller.
    ///   - pulse: Beats at each line of the command stream, which shows that the session works.
    /// - Throws: What broke; a session has no other end.
    private func connect(
        _ identity: RotatingIdentity,
        port: Int,
        _ api: ControllerConnection,
        _ pulse: Pulse
    ) async throws {
        let registration = AgentRegistration(
            version: CMSVersion.current,
            hostname: SystemInformation.hostname,
            port: port,
            vCPUs: SystemInformation.onlineCPUs,
            bootID: SystemInformation.bootID,
            startedAt: startedAt,
            service: configuration.service.kind,
            endpoint: configuration.service.endpoint
        )
        let answer = try await api.register(
            uuid: configuration.uuid,
            registration,
            tls: identity.clientConfiguration
        )
        adopt(name: answer.server)
        connections.known.learn(answer.controllers)
        let silence = Self.bounded(answer.heartbeatSeconds, 0.1...20, otherwise: WireLimits.heartbeatSeconds) * 3
        let interval = Self.bounded(answer.reportSeconds, 0.1...60, otherwise: 1)
        pulse.begin()
        let (reports, outbox) = AsyncStream.makeStream(of: LoadReport.self, bufferingPolicy: .bufferingNewest(1))
        defer { status.hasSession = false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.obey(api, identity, pulse) { outbox.yield($0) }
            }
            group.addTask { try await self.monitor.run(interval: interval) { outbox.yield($0) } }
            group.addTask { try await self.send(reports, api, identity) }
            group.addTask { try await Self.watch(pulse, silence: silence) }
            defer { group.cancelAll() }
            // The parts end by throwing; the first one that does ends the session.
            while try await group.next() != nil {}
        }
    }

    private func obey(
        _ api: ControllerConnection,
        _ identity: RotatingIdentity,
        _ pulse: Pulse,
        report: (LoadReport) -> Void
    ) async throws {
        let lines = try await api.commands(uuid: configuration.uuid, tls: identity.clientConfiguration)
        status.hasSession = true
        pulse.begin()
        logger.info(
            "has a session with the controller",
            metadata: ["controller": "\(api.controller)", "server": "\(status.server)"]
        )
        var hasComplained = false
        for try await line in lines {
            guard let command = try? WireCoding.decode(AgentCommand.self, from: line) else {
                if !hasComplained {
                    logger.warning("skips lines of the command stream that make no sense")
                    hasComplained = true
                }
                continue
            }
            pulse.beat()
            switch command.kind {
            case .heartbeat: connections.known.learn(command.controllers)
            case .drain: drain(command)
            case .resume: report(resume(command))
            case .probe: report(monitor.reportNow(cause: .probe))
            case .rotate: keeper.requestRenewal()
            case .unknown(let word):
                logger.debug("ignores an unknown command", metadata: ["command": "\(word.prefix(64))"])
            }
        }
        throw Ending.streamEnded
    }

    private func drain(_ command: AgentCommand) {
        let alternatives = (command.alternatives ?? []).filter { $0.hasPrefix("https://") && $0.utf8.count <= 256 }
        guard status.drain(alternatives: Array(alternatives.prefix(AgentCommand.maximumAlternatives))) else { return }
        logger.info("drains", metadata: ["alternatives": "\(alternatives.count)"])
    }

    /// Takes work again; after a pause of the machine its clock and its certificate are behind.
    private func resume(_ command: AgentCommand) -> LoadReport {
        clock.set(to: command.at)
        keeper.look()
        if status.resume() { logger.info("takes work again") }
        return monitor.reportNow(cause: .probe)
    }

    /// Posts report after report.
    ///
    /// Those that come up while one is under way are merged into the newest.
    private func send(
        _ reports: AsyncStream<LoadReport>,
        _ api: ControllerConnection,
        _ identity: RotatingIdentity
    ) async throws {
        let timeout = configuration.timing.report
        for await report in reports {
            do {
                try await api.report(
                    uuid: configuration.uuid,
                    report,
                    tls: identity.clientConfiguration,
                    timeout: timeout
                )
            } catch ControllerConnection.Failure.refused(let problem)
                where [401, 403, 404, 409].contains(problem.statusCode)
            {
                throw Ending.notRegistered(problem)
            } catch ControllerConnection.Failure.refused(let problem) where Self.isOtherOwner(problem) {
                throw Ending.notOwner(problem)
            } catch {
                try Task.checkCancellation()
                // The command stream tells whether the controller is there; one lost report is nothing.
                if reportFilter.withLock({ $0.passes(ErrorText.of(error)) }) {
                    logger.warning("a load report was lost", metadata: ["reason": "\(ErrorText.of(error))"])
                }
            }
        }
        try Task.checkCancellation()
    }

    /// Whether a controller says that it does not own the group: the session has to go on elsewhere.
    private static func isOtherOwner(_ problem: Problem) -> Bool {
        [Problem.otherControllerCode, Problem.noControllerCode].contains(problem.code)
    }

    /// Throws when no line has come for `silence`.
    private static func watch(_ pulse: Pulse, silence: Duration) async throws {
        while true {
            let end = pulse.last + silence
            guard ContinuousClock.now < end else { throw Ending.silent(silence) }
            try await Task.sleep(until: end, clock: .continuous)
        }
    }

    private func adopt(name: String) {
        // The name stands in every answer, so it must be a name.
        guard SPIFFEID.isName(name), name != status.server else { return }
        status.server = name
        do {
            try configuration.state.save(serverName: name)
        } catch {
            logger.error("cannot save the name", metadata: ["name": "\(name)", "error": "\(ErrorText.of(error))"])
        }
    }

    private static func bounded(
        _ seconds: Double,
        _ range: ClosedRange<Double>,
        otherwise: some BinaryInteger
    ) -> Duration {
        guard seconds.isFinite, seconds > 0 else { return .seconds(Int64(otherwise)) }
        return .seconds(min(max(seconds, range.lowerBound), range.upperBound))
    }

    /// Whether the controller does not accept this identity, so that only a new enrollment can help.
    private static func callsForEnrollment(_ error: any Error) -> Bool {
        let problem: Problem? =
            switch error {
            case ControllerConnection.Failure.refused(let problem): problem
            case Ending.notRegistered(let problem): problem
            default: nil
            }
        if let problem { return problem.statusCode == 401 || problem.code == "reenroll" }
        if case NIOSSLError.handshakeFailed = error { return true }
        return error is BoringSSLError
    }
}

/// The last sign of life on a command stream.
private final class Pulse: Sendable {
    private let state = Mutex((last: ContinuousClock.now, first: ContinuousClock.Instant?.none))

    /// When the last line came, or when the wait for the first one began.
    var last: ContinuousClock.Instant { state.withLock { $0.last } }

    /// When the first line came; `nil` before.
    var firstBeat: ContinuousClock.Instant? { state.withLock { $0.first } }

    /// The wait begins.
    func begin() { state.withLock { $0.last = .now } }

    /// A line has come.
    func beat() {
        let now = ContinuousClock.now
        state.withLock { $0 = (now, $0.first ?? now) }
    }
}
