import Foundation
import History
import Lifecycle

extension ReportPage {
    var tables: String {
        [scaleOuts, scaleIns, failures, instances, decisions].joined(separator: "\n")
    }

    /// A table; text to the left, numbers to the right.
    private func table(
        _ title: String,
        _ note: String,
        _ columns: [(name: String, isNumber: Bool)],
        _ rows: [[String]],
        none: String
    ) -> String {
        guard !rows.isEmpty else { return "<section><h2>\(title)</h2><p>\(none)</p></section>" }
        let head = columns.map { "<th scope=\"col\"\($0.isNumber ? " class=\"number\"" : "")>\($0.name)</th>" }
        let body = rows.prefix(Self.rowLimit).map { row in
            "<tr>"
                + zip(columns, row).map { "<td\($0.isNumber ? " class=\"number\"" : "")>\(HTMLText.escaped($1))</td>" }
                .joined() + "</tr>"
        }
        let more = rows.count > Self.rowLimit ? "<p>… and \(rows.count - Self.rowLimit) more.</p>" : ""
        return """
            <section><h2>\(title)</h2><p>\(note)</p><div class="scroll"><table>
            <thead><tr>\(head.joined())</tr></thead>
            <tbody>
            \(body.joined(separator: "\n"))
            </tbody></table></div>\(more)</section>
            """
    }

    private var scaleOuts: String {
        table(
            "Scale outs",
            "Seconds from the decision until the domain ran, the agent had registered, the first probe had passed, and "
                + "clients were told.",
            [
                ("Time", false), ("Instance", false), ("Started", true), ("Registered", true), ("Probed", true),
                ("Told", true), ("Why, and what became of it", false),
            ],
            report.scaleOuts.map { out in
                [HTMLText.clock(out.at), out.instance]
                    + [out.started, out.registered, out.probed, out.told].map { HTMLText.number($0, decimals: 1) }
                    + [out.reason + (out.outcome.map { " → \($0)" } ?? "")]
            },
            none: "No instance came."
        )
    }

    private var scaleIns: String {
        table(
            "Scale ins",
            "Seconds from the withdrawal until the last request was answered, and until the instance was off or in standby.",
            [("Time", false), ("Instance", false), ("Drained", true), ("Ended", true), ("Why", false)],
            report.scaleIns.map { out in
                [
                    HTMLText.clock(out.at), out.instance, HTMLText.number(out.drained, decimals: 1),
                    HTMLText.number(out.ended, decimals: 1), out.reason,
                ]
            },
            none: "No instance left."
        )
    }

    private var failures: String {
        table(
            "Failures",
            "What went wrong, in order.",
            [("Time", false), ("What", false), ("Instance", false), ("In words", false)],
            report.failures.map { [HTMLText.clock($0.at), $0.kind.rawValue, $0.instance ?? "", $0.detail] },
            none: "None."
        )
    }

    private var instances: String {
        table(
            "Instances",
            "CPU is the larger of host's and guest's view: the mean while in service, and the peak.",
            [
                ("Instance", false), ("Last state", false), ("In service", true), ("Mean CPU", true),
                ("Peak CPU", true),
                ("Requests", true), ("Worst p99", true),
            ],
            report.instances.map { row in
                [
                    row.name, row.state?.rawValue ?? "off", HTMLText.time(row.inService),
                    HTMLText.number(row.mean, decimals: 0, unit: "%"),
                    HTMLText.number(row.peak, decimals: 0, unit: "%"),
                    HTMLText.number(row.requests, decimals: 0),
                    HTMLText.number(row.p99.map { $0 * 1000 }, decimals: 1, unit: "ms"),
                ]
            },
            none: "No instance was seen."
        )
    }

    private var decisions: String {
        table(
            "Decisions",
            "Those whose order, winning rule or limits differ from the one before.",
            [("Time", false), ("Order", false), ("Size", true), ("Because", false), ("What would change it", false)],
            report.decisions.map { decision in
                let size =
                    decision.desired == decision.capacity
                    ? "\(decision.capacity)" : "\(decision.capacity) → \(decision.desired)"
                return [HTMLText.clock(decision.at), decision.order, size, decision.reason, decision.whatWouldChange]
            },
            none: "None was kept."
        )
    }
}
