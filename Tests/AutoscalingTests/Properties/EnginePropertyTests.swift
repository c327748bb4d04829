import Autoscaling
import Foundation
import Testing

@Suite("What holds for every decision, whatever happened")
struct EnginePropertyTests {
    /// Histories to generate; `CMS_HISTORIES` gives another number.
    static let histories = ProcessInfo.processInfo.environment["CMS_HISTORIES"].flatMap { Int($0) } ?? 100_000
    static let parts = 8

    @Test("generated histories with faults, gaps, jumps of the clock and restarts", arguments: 0..<parts)
    func generated(part: Int) throws {
        var counts = HistoryRun.Counts()
        for seed in stride(from: part, to: Self.histories, by: Self.parts) {
            var run = HistoryRun(seed: UInt64(seed))
            try run.play()
            if !run.broken.isEmpty {
                Issue.record("seed \(seed): \(run.broken.prefix(3).joined(separator: "; "))")
                return
            }
            counts.add(run.counts)
        }
        // The histories must have had what they are to try.
        guard Self.histories >= 16_000 else { return }
        #expect(counts.outs > 0 && counts.ins > 0 && counts.restarts > 0 && counts.decoded > 0)
        #expect(counts.clamps.count == Clamp.Name.allCases.count, "never met: \(counts.missing)")
    }
}
