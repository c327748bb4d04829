import Logging
import ServiceLifecycle
import Shared
import Wire

/// Keeps the servers of a HAProxy backend equal to the endpoint set, for as long as it runs.
///
/// Each look compares the set with what HAProxy shows and puts right what differs, so that a restart or reload of HAProxy
/// needs nothing special.
package struct HAProxyFollower: Service {
    /// How often HAProxy is looked at.
    package struct Pace: Sendable {
        /// While all is in place.
        package var interval: Duration
        /// At first while a withdrawn server has sessions or a command is refused; then twice as long each time, up to
        /// `interval`.
        package var unsettled: Duration

        /// A pace.
        package init(interval: Duration = .seconds(1), unsettled: Duration = .milliseconds(100)) {
            self.interval = interval
            self.unsettled = unsettled
        }
    }

    /// Looks in a row before the pace counts again: adding, enabling and taking out need some.
    private static let rounds = 5
    private let settings: HAProxySettings
    private let runtime: any HAProxyRuntime
    private let feed: EndpointFeed
    private let authority: @Sendable () throws -> String?
    private let pace: Pace
    private let logger: Logger

    /// A follower, which does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - settings: Which servers, and how they are made.
    ///   - runtime: HAProxy.
    ///   - feed: The set.
    ///   - authority: The controller's authority in PEM, for servers that must be of it.
    ///   - pace: How often HAProxy is looked at.
    ///   - logger: Told what is done and what stands in the way.
    package init(
        settings: HAProxySettings,
        runtime: any HAProxyRuntime,
        feed: EndpointFeed,
        authority: @escaping @Sendable () throws -> String? = { nil },
        pace: Pace = Pace(),
        logger: Logger
    ) {
        self.settings = settings
        self.runtime = runtime
        self.feed = feed
        self.authority = authority
        self.pace = pace
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var work = Work(planner: HAProxyPlanner(settings))
            while !Task.isCancelled {
                await feed.wait(atMost: await look(&work))
            }
        }
    }

    /// What goes on from look to look.
    private struct Work {
        var planner: HAProxyPlanner
        var snapshot: EndpointFeed.Snapshot?
        var backoff = Backoff(base: .milliseconds(100), maximum: .seconds(5))
        var filters: [String: RepeatFilter] = [:]
        var isAway = false
        /// The next wait while something is unsettled.
        var patience = Duration.zero
        var settled: UInt64?

        /// Whether a text about a subject is worth a line now. The subjects are few: one a kind of trouble.
        mutating func passes(_ subject: String, _ text: String) -> Bool {
            filters[subject, default: RepeatFilter()].passes(text)
        }
    }

    /// Looks until nothing is left to be done at once.
    ///
    /// - Returns: How long to wait.
    private func look(_ work: inout Work) async -> Duration {
        guard let snapshot = feed.current else { return pace.interval }
        if work.snapshot != snapshot {
            work.planner.take(snapshot.set, now: .now)
            work.snapshot = snapshot
            work.settled = nil
            work.patience = pace.unsettled
        }
        do {
            var step = HAProxyPlanner.Step()
            for _ in 0..<Self.rounds {
                step = work.planner.step(try await runtime.servers(of: settings.backend), now: .now)
                report(step, &work)
                let done = try await perform(step.commands, &work)
                if done > 0 { work.patience = pace.unsettled }
                guard done > 0, !Task.isCancelled else { break }
            }
            if work.isAway {
                work.isAway = false
                logger.info("HAProxy answers again", metadata: ["backend": "\(settings.backend)"])
            }
            work.backoff.reset()
            settle(step, snapshot, &work)
            guard step.acknowledgeable != snapshot.set.revision else { return pace.interval }
            // A session may last for hours: it is looked for less and less often.
            defer { work.patience = min(work.patience * 2, pace.interval) }
            return min(work.patience, pace.interval)
        } catch is CancellationError {
            return .zero
        } catch {
            return away(error, &work)
        }
    }

    /// HAProxy could not be asked at all.
    private func away(_ error: any Error, _ work: inout Work) -> Duration {
        work.isAway = true
        let wait = work.backoff.next()
        let reason = ErrorText.of(error)
        if work.passes("away", reason) {
            logger.error(
                "HAProxy cannot be told of the endpoints; tried again until it can",
                metadata: ["backend": "\(settings.backend)", "reason": "\(reason)"]
            )
        }
        return wait
    }

    private func settle(_ step: HAProxyPlanner.Step, _ snapshot: EndpointFeed.Snapshot, _ work: inout Work) {
        guard let revision = step.acknowledgeable else { return }
        if revision != work.settled {
            work.settled = revision
            logger.info(
                "in effect",
                metadata: [
                    "backend": "\(settings.backend)", "revision": "\(revision)", "of": "\(snapshot.set.revision)",
                    "servers": "\(step.serving)",
                ]
            )
        }
        feed.settle(revision, of: snapshot)
    }

    /// Carries commands out, as far as HAProxy takes them.
    ///
    /// - Returns: How many it took.
    /// - Throws: ``HAProxyError`` when it does not answer any more.
    private func perform(_ commands: [HAProxyCommand], _ work: inout Work) async throws -> Int {
        var done = 0
        var refused: Set<String> = []
        if commands.contains(where: { if case .add = $0 { true } else { false } }) { try await provideAuthority(&work) }
        for command in commands where !refused.contains(command.server) {
            do {
                try await runtime.perform(command, backend: settings.backend)
                done += 1
                logger.info("\(Self.words(command))", metadata: metadata(command))
                if case .delete(let server) = command { work.planner.didDelete(server, now: .now) }
            } catch let error as HAProxyError where error.reason != .unreachable {
                refused.insert(command.server)
                switch error.reason {
                case .busy, .noSuchServer, .exists: logger.debug("\(error)")
                default:
                    if work.passes("refused", error.description) {
                        logger.error("a server cannot be changed", metadata: ["reason": "\(error)"])
                    }
                    // What one server is refused for is refused to all of them.
                    if [.noSuchBackend, .tooOld, .notPermitted, .fixedBalance].contains(error.reason) { return 0 }
                }
            }
        }
        return done
    }

    private func provideAuthority(_ work: inout Work) async throws {
        guard case .controller(let name) = settings.authority, let pem = try authority() else { return }
        do {
            try await runtime.provideAuthority(name, pem: pem)
        } catch let error as HAProxyError where error.reason != .unreachable {
            guard work.passes("authority", error.description) else { return }
            logger.error(
                "HAProxy does not take the controller's authority; name a file that it has loaded with --ca-file",
                metadata: ["reason": "\(error)"]
            )
        }
    }

    private func report(_ step: HAProxyPlanner.Step, _ work: inout Work) {
        for problem in step.problems {
            let text: String
            switch problem {
            case .outOfSlots(let endpoint):
                text = "no slot is free for '\(PrintableText.of(endpoint))'; make the server-template larger"
            case .noAddress(let endpoint, let url):
                text = "'\(PrintableText.of(endpoint))' has no IP address in its URL '\(PrintableText.of(url))'"
            case .contested(let server):
                text =
                    "another program makes server '\(server)' anew; give each follower a --prefix of its own that "
                    + "none of the others begins with"
            }
            let kind = "\(problem)".prefix { $0 != "(" }
            if work.passes(String(kind), text) { logger.error("\(text)") }
        }
        for (server, sessions) in step.leaving where work.passes("leaving-\(server)", "") {
            logger.info(
                "a withdrawn server is still in use",
                metadata: ["server": "\(server)", "sessions": "\(sessions.map { "\($0)" } ?? "unknown")"]
            )
        }
        work.filters = work.filters.filter { key, _ in
            !key.hasPrefix("leaving-") || step.leaving[String(key.dropFirst("leaving-".count))] != nil
        }
    }

    private func metadata(_ command: HAProxyCommand) -> Logger.Metadata {
        var fields: Logger.Metadata = ["backend": "\(settings.backend)", "server": "\(command.server)"]
        switch command {
        case .add(_, let address, let port, _), .move(_, let address, let port):
            fields["address"] = "\(HostPort(host: "\(address)", port: port))"
        case .weight(_, let weight): fields["weight"] = "\(weight)"
        default: break
        }
        return fields
    }

    private static func words(_ command: HAProxyCommand) -> String {
        switch command {
        case .add: "server added"
        case .move: "server given an address"
        case .enableHealth: "health check begun"
        case .weight: "weight set"
        case .ready: "server gets requests"
        case .drain: "server withdrawn"
        case .maintenance: "server gets nothing more"
        case .delete: "server removed"
        }
    }
}
