import Foundation
import Testing

@testable import History
@testable import Lifecycle
@testable import Monitoring
@testable import Reports

@Suite("Reports")
struct RunReportTests {
    @Test("it tells what came, what left, what failed and what it took, from the files of a controller that is gone")
    func story() async throws {
        try await withReport { report, directory in
            if let folder = ProcessInfo.processInfo.environment["CMS_KEEP_REPORT"] {
                try ReportPage(report).render().write(
                    toFile: "\(folder)/report.html",
                    atomically: true,
                    encoding: .utf8
                )
                try? FileManager.default.removeItem(atPath: "\(folder)/state")
                try FileManager.default.copyItem(atPath: directory, toPath: "\(folder)/state")
            }
            #expect(report.group == "default")
            #expect(report.since.timeIntervalSince1970 == Double(StagedRun.start))
            #expect(report.until.timeIntervalSince(report.since) == Double(StagedRun.length))
            try #require(report.scaleOuts.count == 3)
            let (found, failed, served) = (report.scaleOuts[0], report.scaleOuts[1], report.scaleOuts[2])
            #expect(found.instance == "vm1" && found.started == nil && !found.isOrdered && served.isOrdered)
            #expect(Self.close(found.told, 1.11))
            #expect(failed.instance == "vm2" && failed.told == nil && failed.outcome?.contains("stopped") == true)
            #expect(Self.close(failed.started, 4.9) && failed.reason.hasPrefix("all of 1"))
            #expect(served.reason == "attempt 2 of 3" && served.outcome == nil)
            #expect(Self.close(served.started, 9.4) && Self.close(served.registered, 17.2))
            #expect(Self.close(served.probed, 19.3) && Self.close(served.told, 19.32))
            try #require(report.scaleIns.count == 1)
            #expect(Self.close(report.scaleIns[0].drained, 7.8) && Self.close(report.scaleIns[0].ended, 14.9))
            #expect(report.failures.map(\.kind) == [.instanceFailed])
            #expect(report.decisions.map(\.order) == ["hold", "scale out by 1", "hold", "scale in by 1"])
            // vm1 all the time but the 12 s when nobody looked, of which 2 may be bridged; vm2 from 141 to 330.
            let hours = Double(StagedRun.length - 12 + 189 - 12) / 3600
            #expect(abs(report.totals.inServiceHours - hours) < 5 / 3600.0)
            #expect(report.totals.mostInService == 2)
            let over = Double(StagedRun().ticks.filter { $0.overloaded == true }.count)
            #expect(over > 100 && abs(report.totals.secondsOverThreshold - over) < 3)
            #expect((report.totals.requests ?? 0) > 10_000)
            #expect(report.instances.map(\.name) == ["vm1", "vm2"] && report.instances[1].state == .standby)
        }
    }

    private static func close(_ value: Double?, _ expected: Double) -> Bool {
        value.map { abs($0 - expected) < 0.002 } ?? false
    }

    @Test("where there is no history, or no such group, it says what to do")
    func problems() async throws {
        try await withReport { _, directory in
            await #expect(throws: ReportSource.Failure.self) {
                try await ReportSource.directory("\(directory)/nowhere")
                    .report(group: nil, since: .ago(60), until: nil, now: Date())
            }
            await #expect(throws: ReportSource.Failure.self) {
                try await ReportSource.directory(directory).report(group: "x", since: .ago(60), until: nil, now: Date())
            }
            await #expect(throws: ReportSource.Failure.self) {
                try await ReportSource.directory(directory)
                    .report(group: nil, since: .ago(60), until: .ago(120), now: Date())
            }
        }
        #expect(ReportTime("2h") == .ago(7200) && ReportTime("tomorrow") == nil)
        #expect(ReportTime("1970-01-01T00:00:10Z") == .at(Date(timeIntervalSince1970: 10)))
    }

    @Test("numbers and times are written for people")
    func numbers() {
        #expect(ReportText.number(12_345.678) == "12\u{202F}345.7")
        #expect(ReportText.number(3.0) == "3" && ReportText.number(0.05, decimals: 2) == "0.05")
        #expect(ReportText.number(-1.5) == "−1.5" && ReportText.number(.infinity) == "–")
        #expect(ReportText.time(4.21) == "4.2\u{A0}s" && ReportText.time(3720) == "1\u{A0}h 2\u{A0}min")
        #expect(ReportText.number(nil) == "–")
    }
}
