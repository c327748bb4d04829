import AsyncHTTPClient
import Client
import Logging
import ServiceLifecycle
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// One run of the program: load, display and signals together, with a controller also watcher and renewer.
struct ClientSession {
    /// A group, the controllers that tell of it, and who watches it.
    struct Watched {
        let known: KnownControllers
        let group: String?
        let identity: RotatingIdentity
        let store: IdentityStore
    }

    /// Where endpoints come from.
    enum Source {
        /// From a controller; they change.
        case controller(Watched)
        /// From the user; they stay.
        case addresses([ServiceURL])
    }

    let source: Source
    let trust: EndpointTrust
    /// Whether endpoints' certificates are not checked.
    let isUnchecked: Bool
    let pool: EndpointPool
    let settings: ServiceClient.Settings
    let plan: LoadPlan
    let terminal: Terminal?
    let out: LineFile
    let recorder: RunRecorder
    let isText: Bool
    let stop = StopSignal()

    init(
        source: Source,
        trust: EndpointTrust,
        isUnchecked: Bool,
        balance: BalancePolicy,
        load: LoadArguments,
        plan: LoadPlan,
        output: OutputArguments
    ) throws {
        self.source = source
        self.trust = trust
        self.isUnchecked = isUnchecked
        self.plan = plan
        pool = EndpointPool(policy: balance, seed: plan.seed)
        if case .addresses(let addresses) = source {
            pool.update(EndpointSet(revision: 0, endpoints: addresses.map(\.endpoint)))
        }
        var settings = ServiceClient.Settings()
        settings.timeout = load.timeout.duration
        settings.connectTimeout = load.connectTimeout.duration
        // Requests at a fixed rate queue up at a slow endpoint: each has a connection of its own.
        settings.connectionsPerEndpoint = 8192
        self.settings = settings
        isText = output.output == .text
        out = LineFile(descriptor: 1, name: "standard output")
        terminal = isText && !output.plain ? Terminal(descriptor: 1) : nil
        var events: [LineFile] = []
        if !isText { events.append(out) }
        if let path = output.eventsFile { events.append(try LineFile(path: path)) }
        recorder = RunRecorder(
            events: events,
            log: try output.logFile.map(LineFile.init(path:)),
            lines: isText && terminal == nil ? out : nil
        )
    }

    /// Runs to the end and returns the exit code.
    func run() async -> Int32 {
        let startedAt = Date()
        let http = ServiceClient.makeHTTPClient(settings)
        let client = ServiceClient(pool: pool, trust: trust, http: http, settings: settings)
        let load = LoadService(
            generator: LoadGenerator(
                plan: plan,
                stop: stop,
                endpoints: { [pool] in Set(pool.endpoints.map(\.id)) },
                fetch: { try await client.answer(to: $0) },
                report: { [recorder, out, stop] event in
                    recorder.record(event)
                    // Nobody reads any more: there is no use in going on.
                    if out.failure != nil { stop.request() }
                }
            ),
            pool: pool,
            patience: settings.timeout,
            stop: stop
        )
        if isUnchecked {
            let detail = "certificates are not checked (--insecure): whoever is on the way can answer for the service"
            recorder.record(.remark(RemarkEvent(at: startedAt, detail: detail)))
        }
        let fault = await serve(load, startedAt: startedAt)
        await http.shutDown(within: .milliseconds(250))
        terminal?.restore()
        return conclude(startedAt: startedAt, end: load.end, fault: fault)
    }

    /// Runs all parts until the load is done. Returns why that failed.
    private func serve(_ load: LoadService, startedAt: Date) async -> String? {
        let display = DisplayService(
            terminal: terminal,
            lines: isText && terminal == nil ? out : nil,
            recorder: recorder,
            pool: pool,
            mode: plan.mode,
            controller: controller.map { "\($0)" },
            startedAt: startedAt
        )
        let parts: [any Service] = [SignalService(stop: stop, terminal: terminal), display] + watch
        var configuration = ServiceGroupConfiguration(
            services: parts.map { .init(service: $0) }
                + [.init(service: load, successTerminationBehavior: .gracefullyShutdownGroup)],
            logger: Logger(label: "cms-client", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: configuration).run()
            return nil
        } catch let problem as Problem {
            let address = controller.map { " at \($0)" } ?? ""
            return problem.statusCode == 404
                ? "the controller\(address) has no such watch: \(problem.detail)"
                : "the controller\(address) refuses this identity: \(problem.detail)"
        } catch {
            return ErrorText.of(error)
        }
    }

    /// The address of the controller that is asked; `nil` without one.
    private var controller: HostPort? {
        if case .controller(let watched) = source { watched.known.inUse } else { nil }
    }

    /// What keeps endpoints and identity up to date: nothing where the endpoints stay.
    private var watch: [any Service] {
        guard case .controller(let watched) = source else { return [] }
        var settings = EndpointWatcher.Settings()
        settings.group = watched.group
        let renewer = IdentityRenewer(
            known: watched.known,
            identity: watched.identity,
            store: watched.store
        ) { [recorder] event in
            recorder.record(RunEvent(event, at: Date()))
        }
        let watcher = EndpointWatcher(
            known: watched.known,
            identity: watched.identity,
            pool: pool,
            settings: settings
        ) { [recorder] event in
            recorder.record(RunEvent(event, controller: watched.known.inUse, at: Date()))
        }
        return [renewer, watcher]
    }

    /// Prints and records the summary. Returns the exit code.
    private func conclude(startedAt: Date, end: LoadGenerator.End, fault: String?) -> Int32 {
        let set = pool.revision.map { EndpointSet(revision: $0, endpoints: pool.endpoints) }
        var summary = SummaryEvent(
            recorder.snapshot.statistics,
            plan: plan,
            end: end,
            startedAt: startedAt,
            now: Date(),
            set: set,
            isFixed: controller == nil
        )
        summary.error = fault ?? summary.error
        recorder.record(.summary(summary))
        if isText, fault == nil {
            out.write("")
            for line in SummaryText.lines(summary) { out.write(line) }
        }
        let error = summary.error ?? recorder.failure
        if let error { Failure.print(error) }
        return error == nil ? 0 : ExitStatus.failure
    }
}
