import Autoscaling
import Foundation
import Testing

@Suite("Traces and their replay")
struct TraceTests {
    /// A minute of rising load with a change of the policy in its middle.
    func record() -> [TraceLine] {
        var policy = GroupPolicy.tracking(70, window: .seconds(20))
        var group = EngineHarness(policy)
        var lines = [TraceLine.header(TraceHeader(group: "web", policy: policy, interval: .seconds(1)))]
        for second in 0..<60 {
            if second == 30 {
                policy.max = 2
                group.engine.policy = policy
                lines.append(.header(TraceHeader(group: "web", policy: policy, interval: .seconds(1))))
            }
            let calendar = CalendarTime(secondsSinceEpoch: group.epoch)
            let decision = group.tick([Double(second * 2), Double(second)])
            lines.append(.tick(TraceTick(calendar: calendar, decision: decision)))
        }
        return lines
    }

    @Test("a trace written and read is the same")
    func roundTrip() throws {
        for line in record() {
            #expect(try JSONDecoder().decode(TraceLine.self, from: JSONEncoder().encode(line)) == line)
        }
    }

    @Test("the recorded policies give the recorded decisions again")
    func same() throws {
        let replay = try #require(Replay(lines: record()))
        let result = replay.run()
        #expect(result.decisions == replay.ticks.map(\.decision))
        #expect(result.differences.isEmpty)
    }

    @Test("another policy's decisions differ where they do, recorded and other side by side")
    func other() throws {
        let replay = try #require(Replay(lines: record()))
        let result = replay.run(policy: .tracking(30))
        let first = try #require(result.differences.first)
        #expect(first.recorded.order != first.other.order)
        #expect(first.recorded.observation == first.other.observation)
    }

    @Test("the closed loop runs on the trace's demand")
    func closed() throws {
        let replay = try #require(Replay(lines: record()))
        let simulation = replay.simulation()
        #expect(simulation.workload.arrivals.count == 60)
        // 20 and 10 percent of instances that do 100 requests a second.
        #expect(abs(simulation.workload.arrivals[10] - 30) < 1e-9)
        #expect(simulation.run(EngineAutoscaler(policy: .recommended)).requests > 0)
    }

    @Test("a trace without a header, or of another version, is refused")
    func refused() throws {
        #expect(Replay(lines: Array(record().dropFirst())) == nil)
        #expect(Replay(lines: []) == nil)
        for (policy, interval) in [
            (GroupPolicy(min: 0), Duration.seconds(1)), (.standard, .zero), (.standard, .seconds(1e9)),
        ] {
            let header = TraceHeader(group: "web", policy: policy, interval: interval)
            #expect(Replay(lines: [.header(header)]) == nil)
        }
        var text = try #require(String(data: JSONEncoder().encode(record()[0]), encoding: .utf8))
        text = text.replacingOccurrences(of: #""version":1"#, with: #""version":9"#)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TraceLine.self, from: Data(text.utf8)) }
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(TraceLine.self, from: Data("{}".utf8)) }
    }
}
