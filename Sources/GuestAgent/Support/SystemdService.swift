import NIOCore
import ServiceLifecycle
import Shared
import Wire

/// Tells systemd when the agent is ready, that it is alive, and that it stops.
final class SystemdService: Service {
    private let notifier: SystemdNotifier
    private let keeper: IdentityKeeper
    private let listening: Latch<Int>
    private let known: KnownControllers
    private let loops: any EventLoopGroup

    init(
        notifier: SystemdNotifier,
        keeper: IdentityKeeper,
        listening: Latch<Int>,
        known: KnownControllers,
        loops: any EventLoopGroup
    ) {
        self.notifier = notifier
        self.keeper = keeper
        self.listening = listening
        self.known = known
        self.loops = loops
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.announce() }
                    group.addTask { try await self.keepAlive() }
                    try await group.waitForAll()
                }
            }
        } catch is CancellationError {}
        notifier.send(.stopping, .status("stopping"))
    }

    /// An agent that has to enroll first is ready too: the controller may be away for longer than systemd waits.
    private func announce() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await self.keeper.needsEnrollment.wait()
                if self.listening.current == nil {
                    self.notifier.send(.ready, .status("waiting to enroll with the controller at \(self.controllers)"))
                }
            }
            group.addTask {
                let port = try await self.listening.wait()
                self.notifier.send(.ready, .status("serving on port \(port), controller \(self.controllers)"))
            }
            // Only the second part ends for certain.
            _ = try await self.listening.wait()
            group.cancelAll()
        }
        // As a service of the group this must not return before the shutdown.
        try await Task.sleep(for: .seconds(Int64.max / 2_000_000_000))
    }

    private var controllers: String { known.list.all.map(\.description).joined(separator: ", ") }

    /// The watchdog hears from us only while every event loop answers.
    private func keepAlive() async throws {
        guard let timeout = notifier.watchdogTimeout else { return }
        while true {
            for loop in loops.makeIterator() {
                try await loop.submit {}.get()
            }
            notifier.send(.watchdog)
            try await Task.sleep(for: timeout / 2)
        }
    }
}
