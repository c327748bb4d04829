import Foundation
import Testing

/// Histories of two or three controllers that share a group over two to four hosts.
///
/// Of 1,000 histories with a flaw so many show it: no keep-alive 102, a permit as long as a fence 16, a permit always 280, no
/// comparison 26, a lease counted from the answer 20, calls left behind at a hand-over 24, a former lease ended at once 26, no
/// time for agents 846, starts anywhere 35, repeated starts 220, forgotten hosts 98, rows 45, sets 848, steering 37, no maximum
/// 438, leases kept 118, surplus kept 506. An ownership that goes on under its key shows in fewer; `InterruptionTests` has that.
@Suite("What holds when several controllers share a group, whatever happens")
struct ClusterHistoryTests {
    /// Histories to generate; `CMS_CLUSTER_HISTORIES` gives another number.
    static let histories =
        ProcessInfo.processInfo.environment["CMS_CLUSTER_HISTORIES"].flatMap { Int($0) } ?? 300
    static let first = ProcessInfo.processInfo.environment["CMS_HISTORY_FIRST"].flatMap { Int($0) } ?? 0
    static let parts = 8

    @Test("one history, printed", .enabled(if: ProcessInfo.processInfo.environment["CMS_CLUSTER_HISTORY"] != nil))
    func printed() {
        let environment = ProcessInfo.processInfo.environment
        guard let seed = environment["CMS_CLUSTER_HISTORY"].flatMap({ UInt64($0) }) else { return }
        let flaw = environment["CMS_CLUSTER_FLAW"].flatMap { name in
            ClusterFlaw.allCases.first { "\($0)" == name }
        }
        let run = ClusterRun.played(seed: seed, flaws: flaw.map { [$0] } ?? [], isTraced: true)
        for broken in run.oracle.broken { print("BROKEN \(broken.property.rawValue): \(broken.text)") }
    }

    @Test("generated histories", arguments: 0..<parts)
    func generated(part: Int) {
        var found: [ClusterOracle.Property: (count: Int, example: String)] = [:]
        for seed in stride(from: Self.first + part, to: Self.first + Self.histories, by: Self.parts) {
            let run = ClusterRun.played(seed: UInt64(seed))
            if seed / Self.parts % 64 == 0, ClusterRun.played(seed: UInt64(seed)).hash != run.hash {
                found[.determinism] = (1, "seed \(seed)")
            }
            for broken in run.oracle.broken.prefix(1) {
                let example = found[broken.property]?.example ?? "seed \(seed), \(broken.text)"
                found[broken.property] = ((found[broken.property]?.count ?? 0) + 1, example)
            }
        }
        for (property, finding) in found.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            Issue.record("\(property.rawValue): \(finding.count) times, first in \(finding.example)")
        }
    }

    /// How many of so many histories show a flaw, by the property that it breaks.
    @Test(
        "how many histories show each flaw",
        .enabled(if: ProcessInfo.processInfo.environment["CMS_CLUSTER_FLAWS"] != nil),
        arguments: ClusterFlaw.allCases
    )
    func table(flaw: ClusterFlaw) {
        let count = ProcessInfo.processInfo.environment["CMS_CLUSTER_FLAWS"].flatMap { Int($0) } ?? 1000
        var found: [String: Int] = [:]
        var first: Int?
        var caught = 0
        for seed in 0..<count {
            let broken = Set(ClusterRun.played(seed: UInt64(seed), flaws: [flaw]).oracle.broken.map(\.property))
            guard !broken.isEmpty else { continue }
            first = first ?? seed
            caught += 1
            for property in broken { found["\(property)", default: 0] += 1 }
        }
        let all = found.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        print(
            "TABLE \(flaw): \(caught) of \(count), first \(first.map(String.init) ?? "none"): \(all)"
        )
    }
}
