import Controller
import Foundation
import Glibc
import Lifecycle
import Monitoring
import Orchestration
import Wire

/// Does what the script says: `figures`, `agents`, `watchers N`, `measure SECONDS`, `change`, `end`.
struct CommandDesk: Sendable {
    let settings: ScaleSettings
    let world: ScaleWorld
    let parts: InProcessUse.Parts
    let ticks: TickLog

    /// The group whose set changes.
    private var group: GroupRuntime { parts.groups[0] }

    func run() async throws {
        let agents = AgentCrowd(world, parts)
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { await tellChanges() }
            var changes = 0
            for await line in Self.lines() {
                let words = line.split(separator: " ")
                let number = words.count > 1 ? Int(words[1]) ?? 0 : 0
                switch words.first {
                case "figures": Output.say(["figures": figures()])
                case "agents": tasks.addTask { await agents.run() }
                case "watchers":
                    tasks.addTask {
                        try await WatcherCrowd(group.directory).run(number) { Output.say(["watching": number]) }
                    }
                case "measure": tasks.addTask { try await measure(number) }
                case "change":
                    let guest = (world.guests[group.name] ?? [])[changes / 2]
                    changes += 1
                    if changes % 2 == 1 { agents.dismiss(guest) } else { agents.letBack(guest) }
                default: kill(getpid(), SIGTERM)
                }
            }
            kill(getpid(), SIGTERM)
        }
    }

    /// When the owner decided on a set that it told then.
    private func tellChanges() async {
        for await message in parts.eventBus.messages(buffer: 4096) {
            guard case .step(let step) = message, step.group == group.name else { continue }
            for event in step.events where event.kind == .endpointsChanged {
                Output.say(["decided": Int(event.revision ?? 0), "at": step.at.timeIntervalSince1970])
            }
        }
    }

    private func measure(_ seconds: Int) async throws {
        let (begun, cpu) = (ContinuousClock.now, Self.cpu)
        _ = ticks.take()
        try await Task.sleep(for: .seconds(seconds))
        let took = begun.duration(to: .now) / .seconds(1)
        Output.say([
            "measured": ["cpu": (Self.cpu - cpu) / took, "seconds": took, "ticks": ticks.figures()]
                as [String: any Sendable]
        ])
    }

    private func figures() -> [String: any Sendable] {
        // What was freed only is given back to the system, so that differences say what is used.
        Self.trim()
        let owned = parts.groups.filter { parts.owners.owner(of: $0.name) == .here }
        return [
            "rss": Self.residentMemory, "owned": owned.map(\.name), "agents": parts.registry.sessions.count,
            "endpoints": owned.reduce(0) { $0 + $1.directory.current.endpoints.count },
            "rows": owned.reduce(0) { $0 + ($1.status.fleet?.instances.values.count { $0.state != .off } ?? 0) },
            "known": parts.groups.reduce(0) { $0 + $1.directory.current.endpoints.count },
            "watchers": parts.groups.reduce(0) { $0 + $1.directory.reach.watchers },
            "acknowledged": parts.groups.reduce(0) { $0 + $1.directory.reach.acknowledged },
        ]
    }

    /// User and system time, seconds.
    private static var cpu: Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Bytes.
    private static var residentMemory: Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        return text.split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 * Int(getpagesize()) } ?? 0
    }

    /// The C library's `malloc_trim`, which its module does not show.
    private static func trim() {
        guard let found = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(found, to: (@convention(c) (Int) -> Int32).self)(0)
    }

    /// The lines of the standard input, which a thread of its own waits for.
    private static func lines() -> AsyncStream<String> {
        AsyncStream { continuation in
            Thread.detachNewThread {
                while let line = readLine() { continuation.yield(line) }
                continuation.finish()
            }
        }
    }
}
