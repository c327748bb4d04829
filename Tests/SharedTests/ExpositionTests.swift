import CoreMetrics
import HTTPTypes
import HummingbirdCore
import NIOCore
import ServerSupport
import Shared
import Synchronization
import Testing

struct ExpositionTests {
    private let requests = MetricDefinition(
        "cms_test_requests_total",
        .counter,
        "A \"help\" with \\ and\nlines.",
        labels: ["code"],
        limit: 3
    )
    private let time = MetricDefinition(
        "cms_test_time_seconds",
        .histogram,
        "Times.",
        labels: ["call"],
        buckets: [0.1, 1]
    )
    private let level = MetricDefinition("cms_test_level", .gauge, "A level.", labels: ["name"])
    private let build = MetricDefinition("cms_test_build_info", .info, "The version.", labels: ["version"])

    private var registry: PrometheusRegistry { PrometheusRegistry([requests, time, level, build]) }

    private func text(_ registry: PrometheusRegistry, openMetrics: Bool = false) -> String {
        String(buffer: registry.exposition(openMetrics: openMetrics))
    }

    private func lines(_ registry: PrometheusRegistry, openMetrics: Bool = false) -> [String] {
        text(registry, openMetrics: openMetrics).split(separator: "\n").map(String.init)
    }

    @Test func labelsAndHelpAreEscaped() {
        let registry = registry
        registry.count(requests, ["a\"b\\c\nd"])
        let lines = lines(registry)
        #expect(lines.contains(#"cms_test_requests_total{code="a\"b\\c\nd"} 1"#))
        #expect(lines.contains(#"# HELP cms_test_requests_total A "help" with \\ and\nlines."#))
        let open = self.lines(registry, openMetrics: true)
        #expect(open.contains(#"# HELP cms_test_requests A \"help\" with \\ and\nlines."#))
    }

    @Test func bucketsOfAHistogramAreCumulative() {
        let registry = registry
        for value in [0.05, 0.1, 0.5, 7] { registry.record(time, ["start"], value) }
        let expected = [
            #"cms_test_time_seconds_bucket{call="start",le="0.1"} 2"#,
            #"cms_test_time_seconds_bucket{call="start",le="1.0"} 3"#,
            #"cms_test_time_seconds_bucket{call="start",le="+Inf"} 4"#,
            #"cms_test_time_seconds_sum{call="start"} 7.65"#,
            #"cms_test_time_seconds_count{call="start"} 4"#,
        ]
        #expect(lines(registry).filter { !$0.hasPrefix("#") } == expected)
    }

    @Test func openMetricsNamesFamiliesWithoutSuffixAndEnds() {
        let registry = registry
        registry.count(requests, ["200"], by: 2)
        registry.record(time, ["start"], 1)
        registry.collect { $0.set(self.build, ["1.0"], true) }
        let text = text(registry, openMetrics: true)
        #expect(text.hasSuffix("\n# EOF\n"))
        #expect(text.contains("# TYPE cms_test_requests counter\n"))
        #expect(text.contains("\ncms_test_requests_total{code=\"200\"} 2\n"))
        #expect(text.contains("# UNIT cms_test_time_seconds seconds\n"))
        #expect(text.contains("# TYPE cms_test_build info\ncms_test_build_info{version=\"1.0\"} 1\n"))
        #expect(!text.contains("\n\n"))
        let plain = self.text(registry)
        #expect(!plain.contains("# EOF") && !plain.contains("# UNIT"))
        #expect(plain.contains("# TYPE cms_test_build_info gauge\n"))
    }

    @Test func seriesBeyondTheLimitAreDroppedAndCounted() {
        let registry = registry
        for code in 1...5 { registry.count(requests, ["\(code)"]) }
        registry.count(requests, ["1"])
        let lines = lines(registry)
        #expect(lines.filter { $0.hasPrefix("cms_test_requests_total{") }.count == 3)
        #expect(lines.contains(#"cms_test_requests_total{code="1"} 2"#))
        #expect(lines.contains(#"cms_metrics_dropped_series_total{metric="cms_test_requests_total"} 2"#))
    }

    @Test func whatIsComputedAtTheScrapeVanishesWithItsSubject() {
        let registry = registry
        let names = ChangingNames(["vm1", "vm2"])
        registry.collect { snapshot in
            for name in names.value { snapshot.set(self.level, [name], 0.5) }
            snapshot.set(self.level, ["unknown"], nil as Double?)
        }
        #expect(lines(registry).filter { $0.hasPrefix("cms_test_level{") }.count == 2)
        names.value = ["vm2"]
        #expect(lines(registry).filter { $0.hasPrefix("cms_test_level{") } == [#"cms_test_level{name="vm2"} 0.5"#])
    }

    @Test func numbersThatAreNoneAreWrittenAsPrometheusReadsThem() {
        let registry = registry
        registry.collect { snapshot in
            snapshot.set(self.level, ["a"], Double.infinity)
            snapshot.set(self.level, ["b"], -Double.infinity)
            snapshot.set(self.level, ["c"], Double.nan)
            snapshot.set(self.level, ["d"], 1e21)
        }
        let values = lines(registry).filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ")[1] }
        #expect(values == ["+Inf", "-Inf", "NaN", "1e+21"])
    }

    @Test func instrumentsOfSwiftMetricsArriveUnderProperNames() {
        let registry = registry
        Counter(label: "hb.requests", dimensions: [("http-code", "200")], factory: registry).increment(by: 3)
        Meter(label: "level", factory: registry).set(4)
        Timer(label: time.name, dimensions: [("call", "stop")], factory: registry).recordNanoseconds(50_000_000)
        Recorder(label: "last", aggregate: false, factory: registry).record(7)
        let lines = lines(registry)
        #expect(lines.contains(#"hb_requests_total{http_code="200"} 3"#))
        #expect(lines.contains("level 4"))
        #expect(lines.contains("last 7"))
        #expect(lines.contains(#"cms_test_time_seconds_bucket{call="stop",le="0.1"} 1"#))
        // One name, two kinds: the second is refused, not mixed in.
        Meter(label: requests.name, dimensions: [("code", "1")], factory: registry).set(9)
        #expect(!self.lines(registry).contains { $0.hasPrefix("cms_test_requests_total{") })
    }

    @Test(
        arguments: [
            (nil, false), ("*/*", false), ("text/plain;version=0.0.4", false),
            ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75", true),
            ("application/openmetrics-text; version=2.0.0", false), ("application/openmetrics-text;q=0", false),
        ] as [(String?, Bool)]
    )
    func theFormatIsChosenByAccept(_ accept: String?, _ isOpen: Bool) {
        let type = registry.response(accept: accept).headers[.contentType]
        #expect(type?.hasPrefix("application/openmetrics-text; version=1.0.0") == isOpen)
    }

    @Test func theProcessTellsOfItself() {
        let registry = PrometheusRegistry(ProcessFigures.all)
        registry.collect { ProcessFigures.collect(into: &$0) }
        let lines = lines(registry).filter { !$0.hasPrefix("#") }
        #expect(lines.count == 5)
        for line in lines { #expect(Double(line.split(separator: " ")[1]) ?? 0 >= 0) }
    }
}

/// Names that a test changes.
private final class ChangingNames: Sendable {
    private let names: Mutex<[String]>

    init(_ names: [String]) { self.names = Mutex(names) }

    var value: [String] {
        get { names.withLock { $0 } }
        set { names.withLock { $0 = newValue } }
    }
}
