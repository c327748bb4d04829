import Logging
import NIOCore
import ServiceLifecycle
import Shared
import Subprocess
import Synchronization
import SystemPackage
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// Keeps a program running and tells it of each set, one line of JSON on its standard input.
package struct ExecFollower: Service {
    /// Which program, and how it is treated.
    package struct Settings: Sendable {
        /// The program and its arguments.
        package var program: [String]
        /// Whether the program says itself what is in effect (`ack REVISION` on its standard output); else a line that
        /// was written counts.
        package var programAcknowledges = false
        /// How long the program may leave a line unread before it is ended.
        package var writeTimeout = Duration.seconds(30)
        /// How long it may take to end after SIGTERM.
        package var stopTimeout = Duration.seconds(5)
        /// The waits before it is started again.
        package var backoff = Backoff(base: .milliseconds(200), maximum: .seconds(30))
        /// A program that ran so long is no failure to start.
        package var healthyAfter = Duration.seconds(60)

        /// Settings with their defaults.
        package init(program: [String]) {
            self.program = program
        }
    }

    /// The longest line that is read from the program, bytes.
    private static let lineLimit = 64 * 1024
    /// How often a program is looked at that has ended its standard output.
    private static let endInterval = Duration.milliseconds(200)
    private let settings: Settings
    private let feed: EndpointFeed
    private let logger: Logger

    /// A follower, which does nothing before ``run()``.
    package init(settings: Settings, feed: EndpointFeed, logger: Logger) {
        self.settings = settings
        self.feed = feed
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var backoff = settings.backoff
            while !Task.isCancelled {
                let begun = ContinuousClock.now
                let reason = await runProgram()
                guard !Task.isCancelled else { break }
                if begun.duration(to: .now) >= settings.healthyAfter { backoff.reset() }
                let wait = backoff.next()
                logger.error(
                    "the program ended; it is started again",
                    metadata: [
                        "program": "\(settings.program.first ?? "")", "reason": "\(reason)",
                        "retry-in": "\(DurationText.text(wait))",
                    ]
                )
                try? await Task.sleep(for: wait)
            }
        }
    }

    /// Runs the program to its end.
    ///
    /// - Returns: How it ended.
    private func runProgram() async -> String {
        guard let name = settings.program.first else { return "no program is named" }
        var platform = PlatformOptions()
        platform.processGroupID = 0
        platform.teardownSequence = [
            .gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: settings.stopTimeout)
        ]
        do {
            let result = try await Subprocess.run(
                name.contains("/") ? .path(FilePath(name)) : .name(name),
                arguments: Arguments(Array(settings.program.dropFirst())),
                platformOptions: platform,
                input: .inputWriter,
                output: .sequence,
                error: .currentStandardError
            ) { execution in
                logger.info("program started", metadata: ["program": "\(name)"])
                try await converse(execution)
            }
            return "\(result.terminationStatus)"
        } catch {
            return ErrorText.of(error)
        }
    }

    private typealias Running = Execution<CustomWriteInput, SequenceOutput, FileDescriptorOutput>

    /// The set that the program was told last.
    private final class Told: Sendable {
        let snapshot = Mutex<EndpointFeed.Snapshot?>(nil)
    }

    /// Tells the program of sets until it ends, or reads no more.
    private func converse(_ execution: Running) async throws {
        let told = Told()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await read(execution) { settle($0, told.snapshot.withLock { $0 }) } }
            group.addTask {
                var messages = ExecMessages()
                while !Task.isCancelled {
                    if let snapshot = feed.current, let notice = messages.notice(snapshot, at: Date()) {
                        // First, so that an answer that comes at once is understood.
                        told.snapshot.withLock { $0 = snapshot }
                        try await write(notice, to: execution)
                        if !settings.programAcknowledges { feed.settle(snapshot.set.revision, of: snapshot) }
                    }
                    await feed.wait(atMost: .seconds(3600))
                }
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func settle(_ revision: UInt64, _ written: EndpointFeed.Snapshot?) {
        guard settings.programAcknowledges, let written, revision <= written.set.revision else {
            logger.warning("the program acknowledges what it was not told", metadata: ["revision": "\(revision)"])
            return
        }
        feed.settle(revision, of: written)
    }

    private func read(_ execution: Running, _ acknowledged: (UInt64) -> Void) async throws {
        var decoder = LineDecoder(limit: Self.lineLimit)
        for try await part in execution.standardOutput {
            let bytes = part.withUnsafeBytes { ByteBuffer(bytes: $0) }
            for line in try decoder.feed(bytes) {
                let text = String(buffer: line)
                if let revision = AcknowledgementLine.revision(text) {
                    acknowledged(revision)
                } else {
                    logger.info("the program says", metadata: ["line": "\(PrintableText.of(text))"])
                }
            }
        }
        // Its output may lead elsewhere and the program go on.
        while !Self.hasEnded(execution.processIdentifier) { try await Task.sleep(for: Self.endInterval) }
    }

    /// Whether the process has ended, without taking its status from who waits for it.
    private static func hasEnded(_ process: ProcessIdentifier) -> Bool {
        var information = siginfo_t()
        let result = waitid(P_PID, id_t(process.value), &information, WEXITED | WNOHANG | WNOWAIT)
        guard result == 0 else { return errno != EINTR }
        return information.si_signo != 0
    }

    /// Writes a line; a program that does not read it in time is ended, which also ends the write.
    private func write(_ notice: EndpointNotice, to execution: Running) async throws {
        let bytes = Array(try WireCoding.line(notice).readableBytesView)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = try await execution.standardInputWriter.write(Array(rest))
                    guard count > 0 else { throw CommandFailure("the program takes no input") }
                    rest = rest.dropFirst(count)
                }
            }
            group.addTask {
                try await Task.sleep(for: settings.writeTimeout)
                logger.error("the program does not read its input; it is ended")
                await execution.teardown(
                    using: [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: settings.stopTimeout)]
                )
            }
            defer { group.cancelAll() }
            try await group.next()
        }
    }
}
