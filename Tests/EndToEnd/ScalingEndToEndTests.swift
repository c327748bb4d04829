import Foundation
import Testing

extension EndToEndTests {
    /// A configuration of one group between two sizes, which the load alone does not change.
    private func configuration(min: Int, max: Int, standby: String = "{paused: 1}") -> String {
        """
        hosts: \(Lab.hosts)
        min: \(min)
        max: \(max)
        policy:
          rules: [{target: {metric: utilization, percent: 100}}]
          scale-in: {window: 1s}
          on-starved: scale-out
        standby: \(standby)
        drain: {timeout: 60s, stop-timeout: 60s, lease: 5s}
        """
    }

    @Test(
        "ten rounds of scale out and scale in under load: every request is answered, none is cut off",
        .timeLimit(.minutes(15))
    )
    func rounds() async throws {
        try await world.reset()
        try await world.configure(configuration(min: 1, max: 2))
        try await world.startController()
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        try await world.waitFor("standby.ready", "vm2", within: .seconds(120))
        #expect(try await world.theLab().state(of: "vm2") == "paused")
        let number = try await world.theLab().startNumber(of: "vm2")
        let client = try await world.startClient("--mode", "high")
        try await wait(for: "answers", within: .seconds(30)) { client.answers.count > 20 ? true : nil }
        for round in 1...10 {
            var mark = await world.events.count
            let answers = client.answers.count
            try await world.reload(configuration(min: 2, max: 3))
            try await world.waitFor("instance.probed", "vm2", skip: mark, within: .seconds(30))
            try await wait(for: "an answer of vm2 in round \(round)", within: .seconds(30)) {
                client.answers.dropFirst(answers).contains { $0.server == "vm2" } ? true : nil
            }
            mark = await world.events.count
            try await world.reload(configuration(min: 1, max: 3))
            try await world.command("drain", "vm2")
            let drained = try await world.waitFor("instance.drained", "vm2", skip: mark, within: .seconds(90))
            #expect(drained.detail == "its last request is answered", "round \(round): \(drained.detail ?? "")")
            try await world.waitFor("standby.ready", "vm2", skip: mark, within: .seconds(30))
        }
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
        #expect(client.answers.count { $0.server == "vm2" } >= 10)
        #expect(try await world.theLab().startNumber(of: "vm2") == number, "booted once, resumed ten times")
        let events = await world.events
        #expect(events.filter { $0.event == "instance.resumed" && $0.instance == "vm2" }.count == 10)
        #expect(!events.contains { $0.event == "instance.failed" || $0.event == "instance.unhealthy" })
    }

    @Test("scale in for good: drained, shut down by ACPI, off; started again when needed", .timeLimit(.minutes(8)))
    func scaleInForGood() async throws {
        try await world.bothServe()
        let lab = try await world.theLab()
        let client = try await world.startClient("--mode", "high")
        try await wait(for: "answers", within: .seconds(30)) { client.answers.count > 5 ? true : nil }
        let mark = await world.events.count
        try await world.stopController()
        try await world.configure(configuration(min: 1, max: 1, standby: "{paused: 0}"))
        try await world.startController()
        let draining = try await world.waitFor("instance.draining", skip: mark, within: .seconds(60))
        let victim = try #require(draining.instance)
        try await world.waitFor("instance.stopped", victim, skip: mark, within: .seconds(90))
        #expect(try await lab.state(of: victim) == "shut off")
        #expect(try await lab.state(of: victim == "vm1" ? "vm2" : "vm1") == "running")
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
    }
}
