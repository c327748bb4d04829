import Foundation
import Glibc
import Testing

/// All tests on real guests. They share one lab and go one by one.
///
/// `CMS_LAB` says that this process runs inside a lab; `provisioning/check` brings one up and fails when it cannot.
@Suite(
    "On real guests",
    .serialized,
    .enabled(if: ProcessInfo.processInfo.environment["CMS_LAB"] != nil, "run by provisioning/check inside a lab")
)
struct EndToEndTests {
    let world = World.shared

    @Test("vm1 overloads, vm2 comes, clients are told, and no request fails", .timeLimit(.minutes(6)))
    func wholePath() async throws {
        try await world.reset()
        try await world.startController()
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        #expect(try await world.endpoints() == ["vm1"])
        let console = try await world.theLab().console(of: "vm1")
        #expect(console.contains("has a certificate"), "the agent's log is on the console")
        #expect(!console.contains("cannot be read") && !console.contains("SEGV"), "the agent starts once, and well")

        // What an operator would see with curl: the set, then vm2's arrival.
        let watch = try await world.startWatch()
        let mark = await world.events.count
        let client = try await world.startClient("--mode", "high")
        let order = try await world.waitFor("scale-out.decided", skip: mark, within: .seconds(60))
        #expect(try await world.endpoints() == ["vm1"], "clients are not told before vm2 serves")
        try await world.waitFor("instance.probed", "vm2", within: .seconds(120))
        try await wait(for: "answers of both", within: .seconds(30)) {
            Set(client.answers.compactMap(\.server)) == ["vm1", "vm2"] ? true : nil
        }
        // A while at full load, for the reports that the next test looks at.
        try await Task.sleep(for: .seconds(20))
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")

        let kinds = await world.events.compactMap(\.event)
        #expect(kinds.filter { $0 == "scale-out.decided" }.count == 2, "vm1 at the start, vm2 for the overload")
        let log = await world.events
        let overload = try #require(
            log.last { $0.event == "overload" && ($0.at ?? .distantFuture) <= (order.at ?? .distantPast) }
        )
        let detect = try #require(order.at).timeIntervalSince(try #require(overload.at))
        #expect(detect <= 3.5, "detected after \(detect) s")
        let probed = try #require(log.first { $0.event == "instance.probed" && $0.instance == "vm2" }?.at)
        let told = try #require(client.notices.first { $0.kind == "change" && $0.endpoints == ["vm1", "vm2"] }?.at)
        #expect(
            told.timeIntervalSince(probed) <= 0.05,
            "told \(told.timeIntervalSince(probed) * 1000) ms after the probe"
        )
        #expect(
            client.notices.compactMap(\.kind).filter { $0 == "scaling" || $0 == "scaled" } == ["scaling", "scaled"]
        )

        let lines = try await watch.end()
        #expect(lines.first?.contains(#""kind":"set""#) == true)
        #expect(lines.contains { $0.contains(#""kind":"change""#) && $0.contains(#""name":"vm2""#) })
    }

    @Test("with vm1 at full load, 99 of 100 reports arrive within 200 ms of their time", .timeLimit(.minutes(4)))
    func reportsStayPrompt() async throws {
        // vm1 alone: no second instance comes while it is measured.
        try await world.reset()
        try await world.startController("--samples", "1000")
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        let uuid = try await world.theLab().virsh("domuuid", "vm1").trimmingCharacters(in: .whitespacesAndNewlines)
        let client = try await world.startClient("--mode", "high")
        let begin = Date()
        try await Task.sleep(for: .seconds(45))
        #expect(try await client.stop() == 0)
        let reports = await world.log.filter { record in
            record.message == "report" && record.uuid == uuid && record.cause == "interval"
                && (record.receivedAt ?? .distantPast) > begin.addingTimeInterval(5)
        }
        let arrivals = reports.compactMap { $0.receivedAt?.timeIntervalSince(begin) }
        try #require(arrivals.count >= 35, "only \(arrivals.count) reports in 40 s")
        let lateness = ReportLateness(arrivals: arrivals, period: 1)
        let worst = lateness.quantile(0.99)
        #expect(worst <= 0.2, "99 % within \(worst) s; p50 \(lateness.quantile(0.5)) s, missing \(lateness.missing)")
        #expect(lateness.missing == 0)
    }

    @Test("foreign peers are refused, each in its way", .timeLimit(.minutes(4)))
    func foreignPeers() async throws {
        try await world.bothServe()
        let lab = try await world.theLab()
        let old = try await lab.run(
            "/bin/sh",
            "-c",
            "openssl s_client -connect \(Lab.hostAddress):7000 -tls1_2 </dev/null 2>&1",
            allowFailure: true
        )
        #expect(old.contains("alert protocol version"), "TLS 1.2: \(old.suffix(300))")
        for path in ["/v1/endpoints", "/v1/instances", "/v1/agents/x/commands", "/nowhere"] {
            #expect(try await world.curl(path, anonymous: true).0 == 401, "\(path) without a certificate")
        }
        #expect(try await world.curl("/healthz", anonymous: true).0 == 200)
        #expect(try await world.curl("/v1/endpoints").0 == 200)
        #expect(try await world.curl("/v1/agents/x/reports", "--request", "POST", "--data", "{}").0 == 403)

        let directory = await world.directory
        let agent = try AgentImpostor(directory: directory)
        #expect(try await world.curl("/v1/endpoints", certificate: agent.path).0 == 403, "an agent on a client's route")
        let answer = try await world.curl("https://\(Lab.address(of: "vm1")):8000/fib/20", anonymous: true)
        #expect(answer.0 == 200 && answer.1.contains("6765"), "\(answer)")
        let tooLarge = try await world.curl("https://\(Lab.address(of: "vm1")):8000/fib/1000000", anonymous: true)
        #expect(tooLarge.0 == 400, "\(tooLarge)")
    }

    @Test("kill -9 of the agent under load: no request is lost, and its endpoint comes back", .timeLimit(.minutes(4)))
    func agentKilled() async throws {
        try await world.bothServe()
        let client = try await world.startClient("--mode", "high")
        try await wait(for: "answers", within: .seconds(30)) { client.answers.count > 20 ? true : nil }
        let mark = await world.events.count
        try await world.theLab().type("kill -9 $(pidof cms-agent)", into: "vm1")
        let gone = try await world.waitFor("instance.unhealthy", "vm1", skip: mark, within: .seconds(10))
        try await world.waitFor("instance.probed", "vm1", skip: mark, within: .seconds(15))
        #expect(try await world.endpoints() == ["vm1", "vm2"])
        #expect(gone.detail?.contains("stream") == true)
        try await Task.sleep(for: .seconds(5))
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
        #expect(await !world.events.dropFirst(mark).contains { $0.event == "instance.starting" })
    }

    @Test("kill -9 of libvirtd under load: clients notice nothing, nothing is started twice", .timeLimit(.minutes(4)))
    func libvirtdKilled() async throws {
        try await world.bothServe()
        let lab = try await world.theLab()
        let before = [try await lab.startNumber(of: "vm1"), try await lab.startNumber(of: "vm2")]
        let client = try await world.startClient("--mode", "high")
        try await wait(for: "answers", within: .seconds(30)) { client.answers.count > 20 ? true : nil }
        let mark = await world.events.count
        try await lab.run(lab.command, "libvirtd", "kill")
        try await world.waitFor("hypervisor.lost", skip: mark, within: .seconds(10))
        try await Task.sleep(for: .seconds(5))
        #expect(try await world.endpoints() == ["vm1", "vm2"])
        try await lab.run(lab.command, "libvirtd", "start")
        try await world.waitFor("hypervisor.connected", skip: mark, within: .seconds(30))
        try await Task.sleep(for: .seconds(3))
        #expect(try await world.endpoints() == ["vm1", "vm2"])
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
        let kinds = await world.events.dropFirst(mark).compactMap(\.event)
        #expect(!kinds.contains("instance.starting") && !kinds.contains("endpoints.changed"), "\(kinds)")
        #expect([try await lab.startNumber(of: "vm1"), try await lab.startNumber(of: "vm2")] == before)
    }

    @Test(
        "kill -9 of the controller under load: endpoints are right within 5 s of the restart",
        .timeLimit(.minutes(4))
    )
    func controllerKilled() async throws {
        try await world.bothServe()
        let client = try await world.startClient("--mode", "high")
        try await wait(for: "answers", within: .seconds(30)) { client.answers.count > 20 ? true : nil }
        try await world.killController()
        let mark = client.answers.count
        try await wait(for: "answers without a controller", within: .seconds(20)) {
            client.answers.count > mark + 20 ? true : nil
        }
        let lines = await world.events.count
        try await world.startController()
        try await wait(for: "the endpoints after the restart", within: .seconds(5)) {
            try await world.endpoints() == ["vm1", "vm2"] ? true : nil
        }
        try await Task.sleep(for: .seconds(20))
        #expect(try await world.endpoints() == ["vm1", "vm2"], "still there after the time to reconnect")
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
        let kinds = await world.events.dropFirst(lines).compactMap(\.event)
        #expect(!kinds.contains("instance.starting") && !kinds.contains("endpoints.changed"), "\(kinds)")
    }

    @Test(
        "kill -9 of the controller between order and registration: one start, and vm2 serves",
        .timeLimit(.minutes(6))
    )
    func controllerKilledWhileBooting() async throws {
        try await world.reset()
        let lab = try await world.theLab()
        try await world.startController()
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        let client = try await world.startClient("--mode", "high")
        try await world.waitFor("instance.started", "vm2", within: .seconds(60))
        try await world.killController()
        let number = try await lab.startNumber(of: "vm2")
        try await Task.sleep(for: .seconds(2))
        try await world.startController()
        try await wait(for: "vm1 after the restart", within: .seconds(5)) {
            try await world.endpoints()?.contains("vm1") == true ? true : nil
        }
        try await world.waitFor("instance.probed", "vm2", within: .seconds(120))
        #expect(try await world.endpoints() == ["vm1", "vm2"])
        #expect(try await lab.startNumber(of: "vm2") == number, "vm2 was started once")
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty, "\(client.failures.first?.error ?? "")")
    }

    @Test(
        "a vm2 without an agent: destroyed, tried once more, quarantined; clients never hear of it",
        .timeLimit(.minutes(6))
    )
    func noAgent() async throws {
        try await world.reset()
        let lab = try await world.theLab()
        try await lab.withoutAgent("vm2")
        try await world.startController("--start-deadline", "40s")
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        let client = try await world.startClient("--mode", "high")
        try await world.waitFor("instance.quarantined", "vm2", within: .seconds(150))
        let failures = await world.events.filter { $0.event == "instance.failed" && $0.instance == "vm2" }
        #expect(failures.count == 2)
        #expect(failures.allSatisfy { $0.detail?.contains("did not register") == true })
        #expect(try await lab.state(of: "vm2") == "shut off")
        #expect(try await client.stop() == 0)
        #expect(client.failures.isEmpty)
        #expect(client.notices.allSatisfy { $0.endpoints == ["vm1"] })
    }

    @Test(
        "a stop is orderly: exit code 0, guests keep running, a second controller is refused meanwhile",
        .timeLimit(.minutes(4))
    )
    func orderlyStop() async throws {
        try await world.bothServe()
        let lab = try await world.theLab()
        let directory = await world.directory
        let second = try await lab.run(
            lab.distribution + "/cms-controller",
            "--hosts",
            Lab.hosts,
            "--state-dir",
            directory + "/state",
            "--listen",
            "127.0.0.1:7999",
            allowFailure: true
        )
        #expect(second.contains("in use by another cms-controller"))
        let watch = try await world.startWatch()
        let began = ContinuousClock.now
        #expect(try await world.stopController() == 0)
        #expect(ContinuousClock.now - began < .seconds(8), "an open watch does not hold it up")
        _ = try await watch.end()
        #expect(try await lab.state(of: "vm1") == "running")
        #expect(try await lab.state(of: "vm2") == "running")
    }
}
