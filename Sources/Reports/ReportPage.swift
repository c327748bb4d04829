import Foundation
import History
import Wire

/// A report as one page of HTML that asks for nothing else: no script, no request.
///
/// It is well-formed XML, too.
package struct ReportPage {
    /// The most rows of one table.
    static let rowLimit = 500
    package let report: RunReport

    /// A page of a report.
    package init(_ report: RunReport) {
        self.report = report
    }

    /// The page.
    package func render() -> String {
        let title = "Run of group \(report.group)"
        return """
            <!DOCTYPE html>
            <html lang="en" xmlns="http://www.w3.org/1999/xhtml">
            <head>
            <meta charset="utf-8"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/>
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"/>
            <title>\(HTMLText.escaped(title))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            <header>
            <h1>\(HTMLText.escaped(title))</h1>
            <p class="lead">\(HTMLText.day(report.since)) to \(end) UTC, \(HTMLText.time(length))</p>
            </header>
            <main>
            \(tiles)
            \(charts)
            \(tables)
            </main>
            <footer>Made \(HTMLText.day(report.madeAt)) UTC by cms-controller \(HTMLText.escaped(CMSVersion.current)). \
            A point of the charts is the mean of \(HTMLText.time(Double(report.series.resolution))). Times are UTC.</footer>
            </body>
            </html>

            """
    }

    private var length: Double { report.until.timeIntervalSince(report.since) }

    private var end: String {
        let (since, until) = (HTMLText.day(report.since), HTMLText.day(report.until))
        return since.prefix(10) == until.prefix(10) ? String(until.dropFirst(11)) : until
    }

    private var tiles: String {
        let totals = report.totals
        let times = report.scaleOuts.filter(\.isOrdered).compactMap(\.told).sorted()
        var tiles: [(String, String, String)] = [
            (
                HTMLText.number(totals.inServiceHours, decimals: 2), "instance-hours in service",
                "\(HTMLText.number(totals.runningHours, decimals: 2)) h with the domain running"
            ),
            ("\(totals.mostInService)", "most in service", "of \(report.instances.count) that were seen"),
            (
                HTMLText.time(totals.secondsOverThreshold), "over the threshold",
                totals.secondsKnown > 0
                    ? "\(HTMLText.number(totals.secondsOverThreshold / totals.secondsKnown * 100)) % of the time"
                    : "nothing known"
            ),
        ]
        if let requests = totals.requests {
            tiles.append((HTMLText.number(requests, decimals: 0), "requests answered", "as the agents report"))
        }
        let median =
            times.isEmpty ? "none was ordered" : "order to told: \(HTMLText.time(times[times.count / 2])) in the median"
        tiles.append(("\(times.count)", times.count == 1 ? "scale out" : "scale outs", median))
        tiles.append(("\(report.scaleIns.count)", report.scaleIns.count == 1 ? "scale in" : "scale ins", ""))
        tiles.append(("\(report.failures.count)", report.failures.count == 1 ? "failure" : "failures", ""))
        let items = tiles.map { value, name, note in
            "<div class=\"tile\"><dt>\(name)</dt><dd><b>\(value)</b><span>\(note)</span></dd></div>"
        }
        return "<dl class=\"tiles\">\n\(items.joined(separator: "\n"))\n</dl>"
    }
}
