import Autoscaling
import Foundation
import NIOCore
import Shared
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Monitoring
@testable import Orchestration
@testable import Telemetry

@Suite("What the controller counts")
struct ControllerMetricsTests {
    private let registry = PrometheusRegistry(MetricNames.all)

    /// Metrics of no group at all, which only listen.
    private func metrics() throws -> ControllerMetrics {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let authority = try StateDirectory(path: path).authority(now: Date())
        let identity = try authority.makeIdentity(IssuingPolicy().client(.client(name: "test")), now: Date())
        return ControllerMetrics(
            ControllerMetrics.Sources(
                groups: [],
                registry: AgentRegistry { _ in },
                identity: try RotatingIdentity(identity),
                authority: authority
            ),
            into: registry,
            eventBus: EventBus(),
            interval: .seconds(1)
        )
    }

    /// The series of a metric, with their values.
    private func series(_ name: String) -> [String] {
        String(buffer: registry.exposition(openMetrics: false)).split(separator: "\n").map(String.init)
            .filter { $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ") }
    }

    @Test("decisions by order and by what made them so: the last limit, else the rule with the largest recommendation")
    func decisions() throws {
        let metrics = try metrics()
        var phases = PhaseWatch()
        let tick = TickRecord.sample(at: 0, [])
        let limits = [Clamp(.noReserve, from: 2, to: 1, why: "none left")]
        for decision in [
            Decision.sample(.scaleOut(by: 1)), .sample(.scaleOut(by: 2)), .sample(clamps: limits),
            .sample(.scaleIn(by: 1)),
        ] {
            metrics.take(.tick(tick, decision), &phases)
        }
        metrics.take(.tick(tick, nil), &phases)
        #expect(
            Set(series("cms_decisions_total")) == [
                #"cms_decisions_total{group="default",order="scale_out",reason="threshold"} 2"#,
                #"cms_decisions_total{group="default",order="hold",reason="no_reserve"} 1"#,
                #"cms_decisions_total{group="default",order="scale_in",reason="threshold"} 1"#,
            ]
        )
    }

    @Test("what nobody measured is absent, and an instance that vanishes takes its series along")
    func absence() throws {
        let metrics = try metrics()
        var phases = PhaseWatch()
        metrics.take(.tick(.sample(at: 0, [.sample("vm1", host: 50), .sample("vm2")]), nil), &phases)
        #expect(
            series("cms_instance_host_cpu_ratio") == [#"cms_instance_host_cpu_ratio{group="default",name="vm1"} 0.5"#]
        )
        #expect(series("cms_instance_guest_cpu_ratio").isEmpty && series("cms_group_demand_ratio").isEmpty)
        metrics.take(.tick(.sample(at: 1, [.sample("vm2", host: 25)], demand: 25), nil), &phases)
        #expect(
            series("cms_instance_host_cpu_ratio") == [#"cms_instance_host_cpu_ratio{group="default",name="vm2"} 0.25"#]
        )
        #expect(series("cms_group_demand_ratio") == [#"cms_group_demand_ratio{group="default"} 0.25"#])
    }

    @Test("a start is counted by phase and as a whole; each kind of event is there from the beginning")
    func steps() throws {
        let metrics = try metrics()
        var phases = PhaseWatch()
        for (state, second) in [(InstanceState.off, 0.0), (.starting, 10), (.booting, 12), (.inService, 40)] {
            var instance = Instance(uuid: "1", name: "vm1", since: Date(timeIntervalSince1970: second))
            instance.state = state
            let event = ControllerEvent(.instanceStarting, at: instance.since, detail: "")
            let step = EventBus.Step(
                group: "default",
                at: instance.since,
                changed: [instance],
                events: state == .starting ? [event] : []
            )
            metrics.take(.step(step), &phases)
        }
        #expect(
            series("cms_instance_phase_seconds_sum").sorted() == [
                #"cms_instance_phase_seconds_sum{group="default",phase="booting"} 28"#,
                #"cms_instance_phase_seconds_sum{group="default",phase="starting"} 2"#,
            ]
        )
        #expect(series("cms_scale_out_seconds_sum") == [#"cms_scale_out_seconds_sum{group="default"} 30"#])
        #expect(series("cms_events_total").count == ControllerEvent.Kind.allCases.count)
        #expect(series("cms_events_total").contains(#"cms_events_total{kind="instance.starting"} 1"#))
        #expect(series("cms_events_total").contains(#"cms_events_total{kind="store.failed"} 0"#))
    }

    @Test(
        "a revision has arrived when the last open watch acknowledged it, or went away; without a watch it never does"
    )
    func acknowledgement() throws {
        let lags = LockedList<Duration>()
        let directory = EndpointDirectory(
            EndpointSet(revision: 0, endpoints: []),
            onReach: { lags.append($0) }
        )
        let one = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
        func publish(_ endpoints: [Endpoint]) throws {
            try directory.publish(try #require(directory.proposal(endpoints)), at: Date())
        }
        try publish([one])
        let first = try #require(try directory.watch(client: "a", from: nil, at: Date()))
        let second = try #require(try directory.watch(client: "b", from: nil, at: Date()))
        directory.acknowledge(client: "a", watch: first.id, revision: 1)
        #expect(lags.values.isEmpty, "nobody watched when it was told")
        try publish([])
        try publish([one])
        directory.acknowledge(client: "a", watch: first.id, revision: 3)
        #expect(lags.values.isEmpty)
        directory.acknowledge(client: "b", watch: second.id, revision: 2)
        #expect(lags.values.count == 1)
        directory.close(second.id)
        #expect(lags.values.count == 2)
        try publish([])
        directory.close(first.id)
        #expect(lags.values.count == 2, "who went away without a word did not acknowledge")
    }
}
