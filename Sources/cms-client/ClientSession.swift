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

/// One run of the program: watcher, renewer, load, display and signals together.
struct ClientSession {
    let controller: HostPort
    let group: String?
    let pool: EndpointPool
    let settings: ServiceClient.Settings
    let identity: RotatingIdentity
    let store: IdentityStore
    let plan: LoadPlan
    let terminal: Terminal?
    let out: LineFile
    let recorder: RunRecorder
    let isText: Bool
    let stop = StopSignal()

    init(
        controller: HostPort,
        group: String?,
        identity: RotatingIdentity,
        store: IdentityStore,
        balance: BalancePolicy,
        load: LoadArguments,
        plan: LoadPlan,
        output: OutputArguments
    ) throws {
        self.controller = controller
        self.group = group
        self.identity = identity
        self.store = store
        self.plan = plan
        pool = EndpointPool(policy: balance, seed: plan.seed)
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
        let client = ServiceClient(pool: pool, identity: identity, http: http, settings: settings)
        let load = LoadService(
            generator: LoadGenerator(
                plan: plan,
                stop: stop,
                endpoints: { [pool] in Set(pool.endpoints.map(\.id)) },
                fetch: { try await client.get($0) },
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
        let fault = await serve(load, startedAt: startedAt)
        await http.shutDown(within: .milliseconds(250))
        terminal?.restore()
        return conclude(startedAt: startedAt, end: load.end, fault: fault)
    }

    /// Runs all parts until the load is done. Returns why that failed.
    private func serve(_ load: LoadService, startedAt: Date) async -> String? {
        var watch = EndpointWatcher.Settings()
        watch.group = group
        let watcher = EndpointWatcher(controller: controller, identity: identity, pool: pool, settings: watch) {
            [recorder, controller] event in
            recorder.record(RunEvent(event, controller: controller, at: Date()))
        }
        let renewer = IdentityRenewer(controller: controller, identity: identity, store: store) { [recorder] event in
            recorder.record(RunEvent(event, at: Date()))
        }
        let display = DisplayService(
            terminal: terminal,
            lines: isText && terminal == nil ? out : nil,
            recorder: recorder,
            pool: pool,
            mode: plan.mode,
            controller: "\(controller)",
            startedAt: startedAt
        )
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: SignalService(stop: stop, terminal: terminal)),
                .init(service: display),
                .init(service: renewer),
                .init(service: watcher),
                .init(service: load, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            logger: Logger(label: "cms-client", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.maximumGracefulShutdownDuration = .seconds(5)
        do {
            try await ServiceGroup(configuration: configuration).run()
            return nil
        } catch let problem as Problem where problem.statusCode == 404 {
            return "the controller at \(controller) has no such watch: \(problem.detail)"
        } catch let problem as Problem {
            return "the controller at \(controller) refuses this identity: \(problem.detail)"
        } catch {
            return ErrorText.of(error)
        }
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
            set: set
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
