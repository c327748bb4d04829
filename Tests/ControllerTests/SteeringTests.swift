import Autoscaling
import Foundation
import Libvirt
import NIOHTTP1
import Synchronization
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import Lifecycle
@testable import Monitoring
@testable import Operator
@testable import Orchestration

@Suite("What operators see and do", .serialized)
struct SteeringTests {
    @Test("groups, protection, draining and retrying, each for operators alone")
    func routes() async throws {
        try await withGroup { group in
            let lab = group.lab
            let controller = try await lab.start()
            do {
                let boss = try lab.operatorIdentity()
                let client = try lab.clientIdentity()
                for (method, path) in [
                    (HTTPMethod.GET, "/v1/groups"), (.POST, "/v1/groups/default/retry"),
                    (.PUT, "/v1/instances/vm1/protection"), (.DELETE, "/v1/instances/vm1/protection"),
                    (.POST, "/v1/instances/vm1/drain"),
                ] {
                    #expect(try await lab.call(controller, method, path, as: client).status == 403, "\(path)")
                }
                try await waitUntil("vm1 serves") {
                    try await lab.instance(group.vm1)?.state == .inService
                }
                #expect(try await lab.call(controller, .PUT, "/v1/instances/vm1/protection", as: boss).status == 202)
                try await waitUntil("it is protected") { try await lab.instance(group.vm1)?.isProtected == true }
                #expect(
                    try await lab.events().contains { $0.kind == .instanceProtected && $0.detail.contains("boss") },
                    "the event says who"
                )
                #expect(try await lab.call(controller, .PUT, "/v1/instances/nobody/protection", as: boss).status == 404)
                #expect(try await lab.call(controller, .POST, "/v1/groups/nobody/retry", as: boss).status == 404)
                #expect(try await lab.call(controller, .POST, "/v1/instances/vm2/drain", as: boss).status == 409)
                func report() async throws -> [GroupStatus] {
                    try await lab.call(controller, .GET, "/v1/groups", as: boss).message([GroupStatus].self)
                }
                try await waitUntil("it was decided with vm1 in service") {
                    try await report().first?.decision?.observation.inService.isEmpty == false
                }
                let groups = try await report()
                #expect(groups.map(\.group) == ["default"])
                #expect(groups.first?.endpoints.map(\.name) == ["vm1"])
                #expect(groups.first?.decision?.reason.isEmpty == false)
                let text = StatusText(now: Date()).render(groups, why: true)
                for words in [
                    "group default: 1 in service", "vm1", "(protected)", "because", "changes", "load      vm1",
                ] {
                    #expect(text.contains(words), "\(words) in\n\(text)")
                }
            }
            await controller.stop()
        }
    }

    @Test("a new configuration is in effect at once; one that needs a restart is kept back and said so")
    func reload() async throws {
        let hosts = try CIDR(parsing: "192.168.122.0/24")
        let old = GroupConfiguration(hosts: hosts)
        let runtime = GroupRuntime(old, networks: [], told: nil)
        let log = EventLog()
        func configuration(_ group: GroupConfiguration, port: Int = 7000) -> ControllerConfiguration {
            ControllerConfiguration(
                group: group,
                uri: .qemuSystem,
                listen: HostPort(host: "0.0.0.0", port: port),
                stateDirectory: "/nowhere"
            )
        }
        var new = old
        new.policy.min = 3
        let next = configuration(new, port: 7001)
        let reloader = Reloader(
            load: { next },
            initial: configuration(old),
            groups: [runtime],
            policy: SharedIssuingPolicy(IssuingPolicy()),
            clock: SteadyClock(),
            report: { log.append($0) }
        )
        let plan = try await reloader.reload(by: "boss")
        #expect(plan.live == ["groups.default.min"] && plan.restart == ["listen"])
        #expect(runtime.configuration.policy.min == 3)
        #expect(runtime.signals.takeCommands().count == 1)
        #expect(await reloader.present.listen.port == 7000)
        #expect(log.events.map(\.kind) == [.configurationReloaded])
        #expect(log.events.first?.by == "boss")
        #expect(log.events.first?.detail.contains("listen") == true, "\(log.events)")
    }

    @Test("a thousand events in a tick push out neither the tick nor what is said of the hypervisor")
    func storm() async {
        let signals = Signals()
        let stream = signals.open()
        signals.send(.tick(due: MonotonicInstant(nanoseconds: 0)))
        signals.send(.hypervisorLost("gone"))
        for _ in 0..<1000 { signals.send(.look) }
        signals.send(.hypervisorConnected)
        var seen: [Signals.Signal] = []
        for await signal in stream {
            signals.taken(signal)
            seen.append(signal)
            if seen.count == 4 { break }
        }
        #expect(
            seen == [
                .tick(due: MonotonicInstant(nanoseconds: 0)), .hypervisorLost("gone"), .look, .hypervisorConnected,
            ]
        )
        signals.send(.look)
        for await signal in stream {
            #expect(signal == .look, "what happens after a look asks for another one")
            break
        }
    }

    @Test("each reader has a stream of its own; what is sent while nobody reads is dropped")
    func readers() async {
        let signals = Signals()
        signals.send(.hypervisorLost("before the first reader"))
        var first = signals.open().makeAsyncIterator()
        #expect(await first.next() == .hypervisorLost("before the first reader"))
        signals.close()
        #expect(await first.next() == nil)
        signals.send(.look)
        signals.send(.hypervisorLost("to nobody"))
        var second = signals.open().makeAsyncIterator()
        signals.send(.look)
        #expect(await second.next() == .look, "a look that nobody heard of holds up none")
    }

    @Test("rows of an earlier version are read with the usual values")
    func oldRows() throws {
        let row = """
            {"failures":0,"isOwned":true,"name":"vm1","reason":"x","since":"2026-01-02T03:04:05.000Z",
             "state":"in service","uuid":"a"}
            """
        let instance = try WireCoding.decoder().decode(Instance.self, from: Data(row.utf8))
        #expect(instance.group == "default" && instance.goal == .service && instance.isOwned)
        #expect(!instance.isProtected && !instance.isClone && instance.standby == nil)
    }
}

/// Events in the order they came.
final class EventLog: Sendable {
    private let state = Mutex<[ControllerEvent]>([])
    var events: [ControllerEvent] { state.withLock { $0 } }
    func append(_ event: ControllerEvent) { state.withLock { $0.append(event) } }
}
