import Foundation
import Testing

@testable import Autoscaling
@testable import Lifecycle
@testable import Operator

@Suite("What status --why says of rules on other numbers")
struct QueryTextTests {
    func text(_ reading: QueryReading?, inFlight: Int?) -> String {
        let query = PrometheusQuery.sample("http://a")
        var engine = ScalingEngine(
            policy: GroupPolicy(rules: [
                .metric(MetricTarget(.inFlight, perInstance: 20)), .prometheus(QueryTarget(query, perInstance: 10)),
            ]),
            interval: .seconds(1)
        )
        let guest = GuestSample(at: .seconds(9), busy: 5, inFlight: inFlight)
        let load = LoadEstimate(id: "a", host: nil, guest: guest, interval: .seconds(1), now: .seconds(10))
        var observation = GroupObservation(inService: [load], reserve: 3)
        observation.queries = reading.map { [$0] } ?? []
        var status = GroupStatus.sample
        status.decision = engine.decide(observation, now: .seconds(10))
        status.decidedAt = Date()
        return StatusText(now: Date()).render([status], why: true)
    }

    @Test("a value with its age and the number of each instance, or why there is none")
    func lines() {
        let query = PrometheusQuery.sample("http://a")
        let known = text(QueryReading(query, value: 24.5, at: .seconds(7.5)), inFlight: 26)
        #expect(known.contains("    query     sum(queue): 24.5, 2.5 s old\n"), "\(known)")
        #expect(known.contains("guest's 1.0 s old; in-flight 26"), "\(known)")
        #expect(
            known.contains("    rule      prometheus: `sum(queue)` is 24.5, 10 for each instance needs 3"),
            "\(known)"
        )
        let unknown = text(QueryReading(query, failure: "no answer within 5s"), inFlight: nil)
        #expect(unknown.contains("    query     sum(queue): no value from http://a: no answer within 5s"), "\(unknown)")
        #expect(unknown.contains("; in-flight unknown"), "\(unknown)")
    }
}
