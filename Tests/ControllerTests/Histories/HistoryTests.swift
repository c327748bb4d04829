import Autoscaling
import Foundation
import Testing

@testable import Lifecycle

@Suite("What holds over whole histories of a group, whatever happens")
struct HistoryTests {
    /// Histories to generate; `CMS_HISTORIES` gives another number.
    static let histories = ProcessInfo.processInfo.environment["CMS_HISTORIES"].flatMap { Int($0) } ?? 100_000
    static let first = ProcessInfo.processInfo.environment["CMS_HISTORY_FIRST"].flatMap { Int($0) } ?? 0
    static let parts = 8

    @Test("one history, printed", .enabled(if: ProcessInfo.processInfo.environment["CMS_HISTORY"] != nil))
    func printed() {
        guard let seed = ProcessInfo.processInfo.environment["CMS_HISTORY"].flatMap({ UInt64($0) }) else { return }
        let isOnHosts = ProcessInfo.processInfo.environment["CMS_HISTORY_HOSTS"] != nil
        HistoryRun.print(seed: seed, onHosts: isOnHosts)
    }

    @Test("generated histories on two to four hosts that hang, are cut off, die and come back", arguments: 0..<parts)
    func generatedOnHosts(part: Int) {
        var found: [HistoryOracle.Property: (count: Int, example: String)] = [:]
        for seed in stride(from: Self.first + part, to: Self.first + Self.histories / 2, by: Self.parts) {
            let run = HistoryRun.played(seed: UInt64(seed), onHosts: true)
            if seed / Self.parts % 64 == 0, HistoryRun.played(seed: UInt64(seed), onHosts: true).hash != run.hash {
                found[.determinism] = (1, "seed \(seed)")
            }
            for broken in run.oracle.broken.prefix(1) {
                let example = found[broken.property]?.example ?? "seed \(seed), tick \(run.tick): \(broken.text)"
                found[broken.property] = ((found[broken.property]?.count ?? 0) + 1, example)
            }
        }
        for (property, finding) in found.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Issue.record("\(property.rawValue): \(finding.count) times, first in \(finding.example)")
        }
    }

    @Test("generated histories with faults, people, jumps of the clocks and kills", arguments: 0..<parts)
    func generated(part: Int) {
        var found: [HistoryOracle.Property: (count: Int, example: String)] = [:]
        var all = HistoryHash()
        var seen: Set<HistoryOracle.Transition> = []
        for seed in stride(from: Self.first + part, to: Self.first + Self.histories, by: Self.parts) {
            let run = HistoryRun.played(seed: UInt64(seed))
            all.add(run.hash.value)
            if seed / Self.parts % 64 == 0, HistoryRun.played(seed: UInt64(seed)).hash != run.hash {
                found[.determinism] = (1, "seed \(seed)")
            }
            seen.formUnion(run.oracle.transitions)
            for broken in run.oracle.broken.prefix(1) {
                let example = found[broken.property]?.example ?? "seed \(seed), tick \(run.tick): \(broken.text)"
                found[broken.property] = ((found[broken.property]?.count ?? 0) + 1, example)
            }
        }
        for (property, finding) in found.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Issue.record("\(property.rawValue): \(finding.count) times, first in \(finding.example)")
        }
        let unlisted = seen.filter { !CrashEnumerationTests.isKnown($0) }.map {
            "\($0.from) -> \($0.to)\($0.isClone ? " of a clone" : "")"
        }
        #expect(unlisted == [], "changes without a scenario that kills the controller there")
        if ProcessInfo.processInfo.environment["CMS_HISTORY_HASH"] != nil { print("part \(part): \(all.value)") }
    }
}

extension HistoryRun {
    /// The beginning of the history of that seed.
    ///
    /// - Parameter onHosts: Whether it is played on several hosts.
    static func generated(seed: UInt64, onHosts: Bool = false) -> HistoryRun {
        var random = HistoryRandom(seed: seed &* 31 &+ 7)
        let count = min(random.within(1...5), random.within(1...5))
        let policy = GeneratedGroup.policy(&random, count: count)
        var settings = GeneratedGroup.settings(&random, policy)
        settings.hostLostAfter = .seconds(6)
        let isCloning = settings.template != nil
        let domains = isCloning && random.once(in: 2) ? 0 : count
        let units = random.once(in: 3) ? random.within(1...5) : 10
        return HistoryRun(
            seed: seed,
            count: domains,
            policy: policy,
            settings: settings,
            interval: .seconds(1),
            hostUnits: units,
            hostCount: onHosts ? 2 + Int(seed % 3) : 1
        )
    }

    /// The history of that seed, to its end or to the first broken property.
    static func played(seed: UInt64, onHosts: Bool = false) -> HistoryRun {
        var run = generated(seed: seed, onHosts: onHosts)
        run.playThrough(seed)
        return run
    }

    mutating func playThrough(_ seed: UInt64) {
        let length = random.within(15...(random.once(in: 6) ? 40 : 18))
        for _ in 0..<length {
            play()
            if isDead, random.once(in: 2) { restart() }
            guard oracle.broken.isEmpty else { return }
        }
        if seed / 8 % 16 == 0 { settleDown() }
    }
}
