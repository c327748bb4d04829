import Logging
import ServiceLifecycle
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// Keeps a file equal to a template filled with the endpoint set, and runs a command after each change of it.
package struct FileFollower: Service {
    /// What is written, and what is done then.
    package struct Settings: Sendable {
        /// The file.
        package var output: String
        /// The permission bits of a new file; one that is there keeps its own.
        package var mode: mode_t = 0o644
        /// Run after each change; `nil`: nothing.
        package var command: String?
        /// How long changes are gathered before the file is written.
        package var debounce = Duration.milliseconds(200)
        /// How long after the command a revision is acknowledged: what the program still does with what was removed.
        package var linger = Duration.zero
        /// The group, for the template.
        package var group: String?
        /// End after the first file and its command.
        package var once = false
        /// How long to wait for the first endpoints when ``once`` is set.
        package var onceTimeout = Duration.seconds(30)
        /// The waits after failures.
        package var backoff = Backoff(base: .seconds(1), maximum: .seconds(60))

        /// Settings with their defaults.
        package init(output: String) {
            self.output = output
        }
    }

    /// The one run of `--once` failed.
    package struct OnceFailure: Error, CustomStringConvertible {
        /// Why.
        package let description: String
    }

    private let template: EndpointTemplate
    private let settings: Settings
    private let runner: any CommandRunner
    private let feed: EndpointFeed
    private let logger: Logger

    /// A follower, which does nothing before ``run()``.
    package init(
        template: EndpointTemplate,
        settings: Settings,
        runner: any CommandRunner,
        feed: EndpointFeed,
        logger: Logger
    ) {
        self.template = template
        self.settings = settings
        self.runner = runner
        self.feed = feed
        self.logger = logger
    }

    package func run() async throws {
        try await cancelWhenGracefulShutdown {
            if settings.once { try await runOnce() } else { await follow() }
        }
    }

    private func runOnce() async throws {
        let end = ContinuousClock.now.advanced(by: settings.onceTimeout)
        while feed.current?.isStored ?? true {
            guard !Task.isCancelled else { return }
            guard ContinuousClock.now < end else {
                throw OnceFailure(
                    description: "the controller told of no endpoints within \(DurationText.text(settings.onceTimeout))"
                )
            }
            await feed.wait(atMost: .milliseconds(500))
        }
        guard let snapshot = feed.current else { return }
        if try write(snapshot.set) || settings.command != nil { try await execute(snapshot.set) }
    }

    /// What goes on from turn to turn.
    private struct Work {
        var applied: EndpointFeed.Snapshot?
        /// Whether the command has to run: also once at the start, since a former run may have ended just before it.
        var isCommandDue = true
        var backoff: Backoff
        var filter = RepeatFilter()
        /// Revisions that are acknowledged when their time has come.
        var settling: [(snapshot: EndpointFeed.Snapshot, at: ContinuousClock.Instant)] = []
    }

    private func follow() async {
        var work = Work(backoff: settings.backoff)
        while !Task.isCancelled {
            await feed.wait(atMost: await turn(&work))
        }
    }

    /// Writes and runs what is due.
    ///
    /// - Returns: How long to wait.
    private func turn(_ work: inout Work) async -> Duration {
        settleDue(&work)
        guard var snapshot = feed.current, snapshot != work.applied || work.isCommandDue else { return rest(work) }
        if snapshot != work.applied, work.applied != nil {
            try? await Task.sleep(for: settings.debounce)
            guard !Task.isCancelled else { return .zero }
            snapshot = feed.current ?? snapshot
        }
        do {
            if try write(snapshot.set) { work.isCommandDue = true }
            if work.isCommandDue { try await execute(snapshot.set) }
        } catch {
            guard !Task.isCancelled else { return .zero }
            let wait = work.backoff.next()
            let reason = ErrorText.of(error)
            // The text of a file's failure names a file that is another one each time.
            if work.filter.passes((error as? DurableFile.Failure)?.reason ?? reason) {
                logger.error(
                    "the endpoints are not in effect; tried again until they are",
                    metadata: [
                        "output": "\(settings.output)", "reason": "\(reason)", "retry-in": "\(DurationText.text(wait))",
                    ]
                )
            }
            return wait
        }
        work.applied = snapshot
        work.isCommandDue = false
        work.backoff.reset()
        work.filter.reset()
        work.settling.append((snapshot, ContinuousClock.now.advanced(by: settings.linger)))
        settleDue(&work)
        return rest(work)
    }

    private func settleDue(_ work: inout Work) {
        while let first = work.settling.first, first.at <= .now {
            feed.settle(first.snapshot.set.revision, of: first.snapshot)
            work.settling.removeFirst()
        }
    }

    private func rest(_ work: Work) -> Duration {
        work.settling.first.map { max(.zero, ContinuousClock.now.duration(to: $0.at)) } ?? .seconds(3600)
    }

    /// Writes the file unless it is there already.
    ///
    /// - Returns: Whether it was written.
    private func write(_ set: EndpointSet) throws -> Bool {
        let content = EndpointTemplate.Content(set, group: settings.group)
        for name in content.leftOut {
            logger.warning("an endpoint without a usable URL is left out", metadata: ["endpoint": "\(name)"])
        }
        let text = template.render(content)
        guard FileManager.default.contents(atPath: settings.output) != Data(text.utf8) else { return false }
        let attributes = try? FileManager.default.attributesOfItem(atPath: settings.output)
        let mode = (attributes?[.posixPermissions] as? Int).flatMap { mode_t(exactly: $0 & 0o7777) } ?? settings.mode
        try DurableFile.write(text, to: settings.output, mode: mode)
        logger.info(
            "file written",
            metadata: [
                "output": "\(settings.output)", "revision": "\(set.revision)", "endpoints": "\(content.count)",
            ]
        )
        return true
    }

    private func execute(_ set: EndpointSet) async throws {
        guard let command = settings.command else { return }
        var environment = ["CMS_REVISION": "\(set.revision)", "CMS_OUTPUT": settings.output]
        environment["CMS_GROUP"] = settings.group
        do {
            try await runner.run(command, environment: environment)
        } catch let failure as CommandFailure {
            throw CommandFailure("'\(command)': \(failure)")
        }
        logger.info("command done", metadata: ["command": "\(command)", "revision": "\(set.revision)"])
    }
}
