import Foundation
import History
import Wire

/// What the template `page.mustache` shows.
struct PageContent {
    let style = String(decoding: PackageResources.page_css, as: UTF8.self)
    let group: String
    let since: String
    /// The end; without its day when that is the day of the begin.
    let until: String
    let length: String
    let tiles: PageTiles
    /// Absent when nothing was measured.
    let charts: PageCharts?
    let tables: PageTables
    let madeAt: String
    let version = CMSVersion.current
    let resolution: String

    init(_ report: RunReport) {
        group = report.group
        since = ReportText.day(report.since)
        let end = ReportText.day(report.until)
        until = since.prefix(10) == end.prefix(10) ? String(end.dropFirst(11)) : end
        length = ReportText.time(report.until.timeIntervalSince(report.since))
        tiles = PageTiles(report)
        charts = report.series.times.isEmpty ? nil : PageCharts(report)
        tables = PageTables(report)
        madeAt = ReportText.day(report.madeAt)
        resolution = ReportText.time(Double(report.series.resolution))
    }
}
