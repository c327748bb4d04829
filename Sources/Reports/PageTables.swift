import History
import Lifecycle

/// What the template `tables.mustache` shows; each cell of a row has a name.
struct PageTables {
    /// The rows of a table, and how many more there are than are shown.
    struct Table<Row> {
        let rows: [Row]
        let more: Int?

        init<Values: Collection>(_ values: Values, row: (Values.Element) -> Row) {
            rows = values.prefix(PageTables.rowLimit).map(row)
            more = values.count > rows.count ? values.count - rows.count : nil
        }
    }

    typealias ScaleOut = (
        at: String, instance: String, started: String, registered: String, probed: String, told: String,
        reason: String, outcome: String?
    )
    typealias ScaleIn = (at: String, instance: String, drained: String, ended: String, reason: String)
    typealias Failure = (at: String, kind: String, instance: String?, detail: String)
    typealias Instance = (
        name: String, state: String, inService: String, mean: String, peak: String, requests: String, p99: String
    )
    typealias Decision = (at: String, order: String, size: String, reason: String, whatWouldChange: String)

    /// The most rows of one table.
    private static let rowLimit = 500
    let scaleOuts: Table<ScaleOut>
    let scaleIns: Table<ScaleIn>
    let failures: Table<Failure>
    let instances: Table<Instance>
    let decisions: Table<Decision>

    init(_ report: RunReport) {
        scaleOuts = Table(report.scaleOuts) { out in
            (
                at: ReportText.clock(out.at), instance: out.instance, started: ReportText.number(out.started),
                registered: ReportText.number(out.registered), probed: ReportText.number(out.probed),
                told: ReportText.number(out.told), reason: out.reason, outcome: out.outcome
            )
        }
        scaleIns = Table(report.scaleIns) { out in
            (
                at: ReportText.clock(out.at), instance: out.instance, drained: ReportText.number(out.drained),
                ended: ReportText.number(out.ended), reason: out.reason
            )
        }
        failures = Table(report.failures) { event in
            (
                at: ReportText.clock(event.at), kind: event.kind.rawValue, instance: event.instance,
                detail: event.detail
            )
        }
        instances = Table(report.instances) { row in
            (
                name: row.name, state: row.state?.rawValue ?? "off", inService: ReportText.time(row.inService),
                mean: ReportText.number(row.mean, decimals: 0, unit: "%"),
                peak: ReportText.number(row.peak, decimals: 0, unit: "%"),
                requests: ReportText.number(row.requests, decimals: 0),
                p99: ReportText.number(row.p99.map { $0 * 1000 }, decimals: 1, unit: "ms")
            )
        }
        decisions = Table(report.decisions) { decision in
            let (size, desired) = (decision.capacity, decision.desired)
            return (
                at: ReportText.clock(decision.at), order: decision.order,
                size: size == desired ? "\(size)" : "\(size) → \(desired)", reason: decision.reason,
                whatWouldChange: decision.whatWouldChange
            )
        }
    }
}
