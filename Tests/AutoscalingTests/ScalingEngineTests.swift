import Autoscaling
import Testing

@Suite("When the engine scales out")
struct ScalingEngineTests {
    /// Feeds loads, one list of instances a second, and returns the decisions.
    func run(
        _ ticks: [[Double?]],
        coming: Int = 0,
        reserve: Int = 1,
        policy: ThresholdPolicy = ThresholdPolicy()
    ) -> [Decision] {
        var engine = ScalingEngine(policy: GroupPolicy(rules: [.threshold(policy)]), interval: .seconds(1))
        return ticks.enumerated().map { second, loads in
            let now = MonotonicInstant.seconds(Double(second))
            let estimates = loads.enumerated().map { index, load in
                LoadEstimate(
                    id: "vm\(index + 1)",
                    host: load.map { HostSample(at: now, utilization: $0) },
                    guest: nil,
                    interval: .seconds(1),
                    now: now
                )
            }
            return engine.decide(
                GroupObservation(inService: estimates, coming: coming, reserve: reserve),
                now: now
            )
        }
    }

    func orders(_ decisions: [Decision]) -> [Int] {
        decisions.enumerated().compactMap { if case .scaleOut = $1.order { $0 } else { nil } }
    }

    @Test("three samples in a row over the threshold order one instance, at the third")
    func thirdSample() {
        let decisions = run([[80], [90], [76]])
        #expect(orders(decisions) == [2])
        #expect(decisions[2].order == .scaleOut(by: 1))
        #expect(decisions[2].overloadedSince == .seconds(0))
        #expect(decisions[2].reason.contains("3 samples"))
    }

    @Test("the threshold itself is not over the threshold")
    func exactly() {
        #expect(orders(run([[75], [75], [75], [75]])).isEmpty)
    }

    @Test("one cool sample begins the count anew")
    func coolSample() {
        #expect(orders(run([[80], [80], [40], [80], [80], [80]])) == [5])
    }

    @Test("a gap neither counts nor begins anew")
    func gap() {
        #expect(orders(run([[80], [80], [nil], [80]])) == [3])
        #expect(orders(run([[nil], [nil], [nil], [nil]])).isEmpty)
    }

    @Test("every instance in service must be over the threshold")
    func everyInstance() {
        #expect(orders(run([[99, 20], [99, 20], [99, 20], [99, 20]])).isEmpty)
        #expect(orders(run([[99, 80], [99, 80], [99, 80]])) == [2])
    }

    @Test("capacity that is coming counts as capacity")
    func coming() {
        let decisions = run([[99], [99], [99], [99]], coming: 1)
        #expect(orders(decisions).isEmpty)
        #expect(decisions[3].reason.contains("on the way"))
    }

    @Test("without a reserve nothing is ordered, and the decision says so")
    func noReserve() {
        let decisions = run([[99], [99], [99]], reserve: 0)
        #expect(orders(decisions).isEmpty)
        #expect(decisions[2].reason.hasSuffix("reserve is empty"))
        #expect(decisions[2].overloaded)
    }

    @Test("with none running the first is started at once, and not again while it comes")
    func firstInstance() {
        #expect(orders(run([[]])) == [0])
        #expect(orders(run([[]], coming: 1)).isEmpty)
        #expect(orders(run([[]], reserve: 0)).isEmpty)
    }

    @Test("after an order the overload must show itself anew")
    func freshStreak() {
        #expect(orders(run([[99], [99], [99], [99], [99], [99]])) == [2, 5])
    }

    @Test("an instance that joins begins without a past")
    func newcomer() {
        let decisions = run([[99], [99], [99], [99, 99], [99, 99], [99, 99]])
        #expect(orders(decisions) == [2, 5])
    }

    @Test("the same input gives the same decisions")
    func deterministic() {
        let ticks: [[Double?]] = [[80], [nil], [90], [99], [20], [99], [99], [99]]
        #expect(run(ticks) == run(ticks))
    }
}
