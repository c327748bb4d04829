import Foundation
import Testing
import Wire

@testable import History
@testable import Lifecycle
@testable import Monitoring
@testable import Reports

@Suite("Pages of reports")
struct ReportPageTests {
    @Test("each number of a report has its place on the page")
    func cells() async throws {
        try await withReport { report, _ in
            let page = try ReportPage(report).render()
            #expect(page.hasPrefix("<!DOCTYPE html>\n<html"))
            let reader = try #require(PageReader(page))
            #expect(reader.rows == Self.rows)
            #expect(reader.tiles == Self.tiles)
            // The page leaves empty what its templates do not find.
            #expect(!reader.texts.contains(""))
            for text in [
                "Run of group default", "2027-01-15 08:00:00 to 08:07:00 UTC, 7\u{A0}min", "CPU, % of the vCPUs",
                "0 0 960 240", "acts at 75 %", "08:01", "vm2 told", "dotted: as the guest sees it",
                "Demand against capacity over time",
                "vm2: standby, 08:05:45 to 08:07:00",
            ] {
                #expect(reader.texts.contains(text), "\(text)")
            }
            #expect(
                reader.texts.contains(
                    "Made \(ReportText.day(report.madeAt)) UTC by cms-controller \(CMSVersion.current). "
                        + "A point of the charts is the mean of 1\u{A0}s. Times are UTC."
                )
            )
        }
    }

    private static let tiles = [
        ["instance-hours in service", "0.16", "0.18 h with the domain running"],
        ["most in service", "2", "of 2 that were seen"],
        ["over the threshold", "2\u{A0}min 58\u{A0}s", "43.6 % of the time"],
        ["requests answered", "31\u{202F}733", "as the agents report"],
        ["scale out", "1", "order to told: 19.3\u{A0}s in the median"], ["scale in", "1", ""], ["failure", "1", ""],
    ]

    private static let rows = [
        ["Time", "Instance", "Started", "Registered", "Probed", "Told", "Why, and what became of it"],
        ["08:00:00", "vm1", "–", "0.3", "1.1", "1.1", "the domain runs already; it joins when its agent registers"],
        [
            "08:01:35", "vm2", "4.9", "–", "–", "–",
            "all of 1 in service were over 75 % for 3 samples; demand 124 % → "
                + "the domain stopped <b>while</b> it booted & nobody knows why",
        ],
        ["08:02:02", "vm2", "9.4", "17.2", "19.3", "19.3", "attempt 2 of 3"],
        ["Time", "Instance", "Drained", "Ended", "Why"],
        ["08:05:30", "vm2", "7.8", "14.9", "scale in: the demand of 40 % fits one instance"],
        ["Time", "What", "Instance", "In words"],
        ["08:01:58", "instance.failed", "vm2", "the domain stopped <b>while</b> it booted & nobody knows why"],
        ["Instance", "Last state", "In service", "Mean CPU", "Peak CPU", "Requests", "Worst p99"],
        [
            "vm1", "in service", "6\u{A0}min 48\u{A0}s", "59\u{A0}%", "99\u{A0}%", "21\u{202F}217", "400\u{A0}ms",
        ],
        ["vm2", "standby", "2\u{A0}min 57\u{A0}s", "68\u{A0}%", "85\u{A0}%", "10\u{202F}517", "50\u{A0}ms"],
        ["Time", "Order", "Size", "Because", "What would change it"],
        ["08:00:00", "hold", "1", "every instance in service is at or below 75 %", "more load"],
        [
            "08:01:35", "scale out by 1", "1 → 2", "all of 1 in service were over 75 % for 3 samples; demand 124 %",
            "more load",
        ],
        [
            "08:01:36", "hold", "1 → 2", "all of 1 in service were over 75 % for 3 samples; 1 is on its way",
            "more load",
        ],
        ["08:05:30", "scale in by 1", "1", "the demand of 40 % fits one instance for 30 s", "more load"],
    ]

    @Test("what is cut is said")
    func cut() async throws {
        try await withReport { report, _ in
            var report = report
            let (instance, failure) = (report.series.instances[0], report.failures[0])
            report.series.instances = (0..<45).map { number in
                var instance = instance
                instance.name = "instance-\(number)"
                return instance
            }
            report.failures = (0..<502).map { _ in failure }
            let reader = try #require(PageReader(try ReportPage(report).render()))
            #expect(reader.texts.contains("Each instance's place in life. Empty: off. The first 40 of 45."))
            #expect(reader.texts.contains("instance-39") && reader.texts.contains("instance…"))
            #expect(reader.rows.filter { $0.contains(failure.detail) }.count == 500)
            #expect(reader.texts.contains("… and 2 more."))
        }
    }

    @Test("the style alone is put into the page as it is")
    func unescaped() {
        let texts = PageTemplates.texts.map { String(decoding: $0.text, as: UTF8.self) }
        let parts = texts.flatMap { $0.components(separatedBy: "{{{").dropFirst() }
        #expect(parts.map { $0.prefix { $0 != "}" } } == ["style"])
        #expect(!texts.contains { $0.contains("{{&") || $0.contains("CONTENT_TYPE") })
    }

    @Test("nothing in the page is markup but its own, and it asks for nothing")
    func page() async throws {
        try await withReport(second: Self.evil("name")) { report, _ in
            let report = Self.spoilt(report)
            let page = try ReportPage(report).render()
            // Whole characters would hide a < behind what comes before it.
            #expect(!page.utf8.contains("<script".utf8) && !page.utf8.contains("\u{1}".utf8))
            for word in ["src=", "url(", "@import", "<link", "<img", "http-equiv=\"refresh\"", "nan", "inf "] {
                #expect(!page.contains(word), "\(word)")
            }
            #expect(page.components(separatedBy: "http").count == 3, "namespace, and http-equiv")
            let reader = try #require(PageReader(page))
            #expect(!reader.elements.contains("script"))
            for place in Self.places {
                let text = Self.evil(place).replacingOccurrences(of: "\u{1}", with: "\u{FFFD}")
                #expect(reader.texts.contains { $0.contains(text) }, "\(place)")
            }
        }
    }

    private static let places = [
        "name", "group", "reason", "outcome", "why", "detail", "order", "because", "change",
    ]

    private static func evil(_ place: String) -> String {
        "\(place) \u{600}<script>alert('1')</script>\u{1}\"\u{301}&amp;]]>"
    }

    /// A report in which each text is up to no good.
    private static func spoilt(_ report: RunReport) -> RunReport {
        var report = report
        report.group = evil("group")
        for index in report.scaleOuts.indices {
            report.scaleOuts[index].reason = evil("reason")
            report.scaleOuts[index].outcome = evil("outcome")
        }
        for index in report.scaleIns.indices { report.scaleIns[index].reason = evil("why") }
        for index in report.failures.indices {
            report.failures[index].detail = evil("detail")
        }
        for index in report.decisions.indices {
            report.decisions[index].order = evil("order")
            report.decisions[index].reason = evil("because")
            report.decisions[index].whatWouldChange = evil("change")
        }
        return report
    }

    @Test("a time of which nothing is known gives a page that says so")
    func nothing() throws {
        let series = HistorySeries(group: "web", resolution: 1, times: [], columns: [:], instances: [])
        let now = Date(timeIntervalSince1970: Double(StagedRun.start))
        let report = RunReport(
            series: series,
            events: [],
            decisions: [],
            since: now,
            until: now.addingTimeInterval(60),
            madeAt: now
        )
        let page = try ReportPage(report).render()
        #expect(page.contains("No samples") && page.contains("No instance came."))
        #expect(PageReader(page) != nil && PageReader(page.replacingOccurrences(of: "</main>", with: "")) == nil)
    }
}
