import Follow
import Testing
import Wire

/// The decisions about a backend's servers, without a HAProxy.
struct HAProxyPlannerTests {
    static let start = ContinuousClock.now

    func endpoint(_ number: Int, scheme: String = "http", port: Int = 8000) -> Endpoint {
        Endpoint(id: "id-\(number)", name: "vm\(number)", url: "\(scheme)://192.0.2.\(number):\(port)")
    }

    func set(_ revision: UInt64, _ numbers: Int...) -> EndpointSet {
        EndpointSet(revision: revision, endpoints: numbers.map { endpoint($0) })
    }

    func server(
        _ number: Int,
        name: String? = nil,
        rests: Bool = false,
        drains: Bool = false,
        weight: Int = 1,
        sessions: Int? = 0,
        tls: Bool = false
    ) -> HAProxyServer {
        HAProxyServer(
            name: name ?? "cms-vm\(number)",
            address: IPAddress("192.0.2.\(number)"),
            port: 8000,
            usesTLS: tls,
            isInMaintenance: rests,
            isDraining: drains,
            weight: weight,
            sessions: sessions
        )
    }

    func planner(_ change: (inout HAProxySettings) -> Void = { _ in }) -> HAProxyPlanner {
        var settings = HAProxySettings(backend: "web")
        change(&settings)
        return HAProxyPlanner(settings)
    }

    func after(_ seconds: Double) -> ContinuousClock.Instant { Self.start + .seconds(seconds) }

    @Test func aServerIsAddedThenEnabledThenAcknowledged() {
        var planner = planner()
        planner.take(set(4, 1), now: Self.start)
        let first = planner.step([], now: Self.start)
        #expect(
            first.commands.map { $0.text(backend: "web") } == [
                "add server web/cms-vm1 192.0.2.1:8000 weight 1 pool-max-conn -1 pool-purge-delay 5s"
            ]
        )
        #expect(first.acknowledgeable == nil)
        let second = planner.step([server(1, rests: true)], now: Self.start)
        #expect(second.commands == [.ready(server: "cms-vm1")])
        #expect(second.acknowledgeable == nil)
        let third = planner.step([server(1)], now: Self.start)
        #expect(third.commands.isEmpty)
        #expect(third.acknowledgeable == 4)
        #expect(third.serving == 1)
    }

    @Test func aCheckIsBegunBeforeTheServerServes() {
        var planner = planner()
        planner.take(set(1, 1), now: Self.start)
        var resting = server(1, rests: true)
        resting.hasIdleCheck = true
        #expect(
            planner.step([resting], now: Self.start).commands == [
                .enableHealth(server: "cms-vm1"), .ready(server: "cms-vm1"),
            ]
        )
    }

    @Test func theServersOfOthersAreNeverTouched() {
        var planner = planner()
        planner.take(set(1), now: Self.start)
        let others = [server(1, name: "static1"), server(2, name: "blue-cms-vm2", drains: true)]
        let step = planner.step(others, now: Self.start)
        #expect(step.commands.isEmpty && step.acknowledgeable == 1)
    }

    @Test func aWithdrawalIsAcknowledgedWhenNoSessionIsLeft() {
        var planner = planner()
        planner.take(set(4, 1, 2), now: Self.start)
        #expect(planner.step([server(1), server(2)], now: Self.start).acknowledgeable == 4)
        planner.take(set(5, 1), now: Self.start)
        let withdrawn = planner.step([server(1), server(2, sessions: 3)], now: Self.start)
        #expect(withdrawn.commands == [.drain(server: "cms-vm2")])
        #expect(withdrawn.acknowledgeable == 4)
        #expect(withdrawn.leaving == ["cms-vm2": 3])
        let busy = planner.step([server(1), server(2, drains: true, sessions: 1)], now: after(1))
        #expect(busy.commands.isEmpty && busy.acknowledgeable == 4)
        let idle = planner.step([server(1), server(2, drains: true)], now: after(2))
        #expect(idle.commands == [.maintenance(server: "cms-vm2")])
        #expect(idle.acknowledgeable == 4, "one more request may have come before it was taken out")
        let out = planner.step([server(1), server(2, rests: true)], now: after(2))
        #expect(out.commands == [.delete(server: "cms-vm2")])
        #expect(out.acknowledgeable == 5)
    }

    @Test func aCountThatIsMissingIsNotZero() {
        var planner = planner()
        planner.take(set(4, 1), now: Self.start)
        _ = planner.step([server(1)], now: Self.start)
        planner.take(set(5), now: Self.start)
        let step = planner.step([server(1, rests: true, sessions: nil)], now: after(60))
        #expect(step.commands.isEmpty && step.acknowledgeable == 4)
    }

    @Test func clientsThatAreBoundToAServerMayComeUntilTheDrainTimeout() {
        var planner = planner { $0.drainTimeout = .seconds(10) }
        planner.take(set(4, 1), now: Self.start)
        _ = planner.step([server(1)], now: Self.start)
        planner.take(set(5), now: Self.start)
        _ = planner.step([server(1, sessions: 1)], now: Self.start)
        #expect(planner.step([server(1, drains: true, sessions: 1)], now: after(9.9)).commands.isEmpty)
        let step = planner.step([server(1, drains: true, sessions: 1)], now: after(10))
        #expect(step.commands == [.maintenance(server: "cms-vm1")])
        #expect(step.acknowledgeable == 4)
        let resting = planner.step([server(1, rests: true, sessions: 1)], now: after(11))
        #expect(resting.commands.isEmpty && resting.acknowledgeable == 4, "what is under way is waited for")
    }

    @Test func whatLeftInARevisionThatWasLeftOutHoldsThatOneUpToo() {
        var planner = planner()
        planner.take(set(4, 1, 2), now: Self.start)
        _ = planner.step([server(1), server(2)], now: Self.start)
        // Revision 5 or 6 or 7 removed vm2: nobody told which.
        planner.take(set(7, 1), now: Self.start)
        #expect(planner.step([server(1), server(2, sessions: 1)], now: Self.start).acknowledgeable == 4)
    }

    @Test func aServerOfAnEarlierRunHoldsEverythingUpWhileItIsBusy() {
        var planner = planner()
        planner.take(set(9, 1), now: Self.start)
        #expect(planner.step([server(1), server(2, sessions: 1)], now: Self.start).acknowledgeable == nil)
        #expect(planner.step([server(1), server(2, rests: true)], now: Self.start).acknowledgeable == 9)
    }

    @Test func aRestartOfHAProxyIsPutRightByTheNextLook() {
        var planner = planner()
        planner.take(set(4, 1, 2), now: Self.start)
        #expect(planner.step([server(1), server(2)], now: Self.start).commands.isEmpty)
        let step = planner.step([], now: after(5))
        #expect(step.commands.map(\.server) == ["cms-vm1", "cms-vm2"])
        #expect(step.acknowledgeable == nil)
        #expect(planner.step([server(1), server(2)], now: after(6)).acknowledgeable == 4)
    }

    @Test func aServerAtAnotherAddressLeavesBeforeTheNewOneComes() {
        var planner = planner()
        planner.take(set(4, 1), now: Self.start)
        var old = server(1)
        old.port = 7999
        #expect(planner.step([old], now: Self.start).commands == [.drain(server: "cms-vm1")])
        old.isInMaintenance = true
        #expect(planner.step([old], now: Self.start).commands == [.delete(server: "cms-vm1")])
        #expect(planner.step([], now: Self.start).commands.count == 1)
    }

    @Test func aServerThatComesBackIsMadeReadyAgain() {
        var planner = planner()
        planner.take(set(4, 1), now: Self.start)
        planner.take(set(5), now: Self.start)
        _ = planner.step([server(1, sessions: 2)], now: Self.start)
        planner.take(set(6, 1), now: Self.start)
        let step = planner.step([server(1, drains: true, sessions: 2)], now: Self.start)
        #expect(step.commands == [.ready(server: "cms-vm1")])
        #expect(planner.step([server(1, sessions: 2)], now: Self.start).acknowledgeable == 6)
    }

    @Test func anEndpointWithoutAnAddressIsToldAndHoldsItsRevisionUp() {
        var planner = planner()
        planner.take(set(4, 1), now: Self.start)
        let named = Endpoint(id: "x", name: "vmx", url: "https://host.example:8000")
        planner.take(EndpointSet(revision: 5, endpoints: [endpoint(1), named]), now: Self.start)
        let step = planner.step([server(1)], now: Self.start)
        #expect(step.problems == [.noAddress(endpoint: "vmx", url: "https://host.example:8000")])
        #expect(step.commands.isEmpty && step.acknowledgeable == 4)
    }

    @Test func theWeightOfANewServerGrows() {
        var planner = planner {
            $0.weight = 100
            $0.slowStart = .seconds(30)
        }
        planner.take(set(4, 1), now: Self.start)
        #expect(planner.step([server(1, weight: 100)], now: Self.start).commands.isEmpty, "the first set is old news")
        planner.take(set(5, 1, 2), now: Self.start)
        let old = server(1, weight: 100)
        let made = planner.step([old, server(2, rests: true, weight: 100)], now: Self.start)
        #expect(made.commands == [.weight(server: "cms-vm2", 1), .ready(server: "cms-vm2")])
        #expect(planner.step([old, server(2, weight: 1)], now: after(15)).commands == [.weight(server: "cms-vm2", 50)])
        #expect(
            planner.step([old, server(2, weight: 99)], now: after(31)).commands == [.weight(server: "cms-vm2", 100)]
        )
        #expect(planner.step([old, server(2, weight: 100)], now: after(32)).commands.isEmpty)
    }

    @Test func aServerThatIsMadeAnewByAnotherHandIsTold() {
        var planner = planner()
        planner.take(set(1), now: Self.start)
        #expect(planner.step([server(1, rests: true)], now: Self.start).problems.isEmpty)
        planner.didDelete("cms-vm1", now: Self.start)
        #expect(planner.step([server(1, rests: true)], now: after(2)).problems == [.contested(server: "cms-vm1")])
        #expect(planner.step([server(1, rests: true)], now: after(100)).problems.isEmpty)
    }

    @Test func ofItsOwnDeletionsNothingIsTold() {
        var planner = planner()
        planner.take(set(1), now: Self.start)
        planner.didDelete("cms-vm1", now: Self.start)
        planner.take(set(2, 1), now: after(1))
        _ = planner.step([], now: after(1))
        planner.take(set(3), now: after(2))
        #expect(planner.step([server(1, rests: true)], now: after(2)).problems.isEmpty)
    }

    @Test func slotsGetAddressesAndAreFreedAgain() {
        var planner = planner {
            $0.mode = .slots
            $0.prefix = "slot"
        }
        func slot(_ number: Int, at: Int, rests: Bool, sessions: Int = 0) -> HAProxyServer {
            server(at, name: "slot\(number)", rests: rests, sessions: sessions)
        }
        planner.take(set(4, 1), now: Self.start)
        let empty = [slot(1, at: 90, rests: true), slot(2, at: 91, rests: true)]
        let address = IPAddress("192.0.2.1") ?? IPAddress(family: .v4, value: 0)
        #expect(planner.step(empty, now: Self.start).commands == [.move(server: "slot1", address: address, port: 8000)])
        let moved = [slot(1, at: 1, rests: true), slot(2, at: 91, rests: true)]
        #expect(planner.step(moved, now: Self.start).commands == [.ready(server: "slot1")])
        let serving = [slot(1, at: 1, rests: false), slot(2, at: 91, rests: true)]
        #expect(planner.step(serving, now: Self.start).acknowledgeable == 4)
        planner.take(set(5, 2), now: Self.start)
        let busy = [slot(1, at: 1, rests: false, sessions: 1), slot(2, at: 2, rests: false)]
        let step = planner.step(busy, now: Self.start)
        #expect(step.commands == [.drain(server: "slot1")] && step.acknowledgeable == 4)
        let free = [slot(1, at: 1, rests: true), slot(2, at: 2, rests: false)]
        let last = planner.step(free, now: Self.start)
        #expect(last.commands.isEmpty && last.acknowledgeable == 5)
    }

    @Test func slotsThatAreAllTakenAreTold() {
        var planner = planner {
            $0.mode = .slots
            $0.prefix = "slot"
        }
        planner.take(set(4, 1, 2), now: Self.start)
        let step = planner.step([server(1, name: "slot1")], now: Self.start)
        #expect(step.problems == [.outOfSlots(endpoint: "vm2")])
        #expect(step.commands.isEmpty && step.acknowledgeable == nil)
        #expect(step.serving == 1)
    }
}

/// What a server's line says.
struct HAProxySettingsTests {
    let endpoint = Endpoint(id: "4f-2", name: "vm1", url: "https://192.0.2.1:8000")

    func options(_ endpoint: Endpoint, _ change: (inout HAProxySettings) -> Void) throws -> String {
        var settings = HAProxySettings(backend: "web")
        change(&settings)
        return settings.serverOptions(endpoint, try #require(EndpointAddress(url: endpoint.url)))
    }

    @Test func theURLSaysWhetherTLSIsSpoken() throws {
        let secure = try options(endpoint) { $0.authority = .controller(name: "ca") }
        #expect(secure.contains("ssl verify required ca-file ca verifyhost vm1"))
        var plain = endpoint
        plain.url = "http://192.0.2.1"
        #expect(try !options(plain) { $0.authority = .controller(name: "ca") }.contains("ssl"))
        let forced = try options(plain) {
            $0.alwaysTLS = true
            $0.authority = .none
        }
        #expect(forced.contains("ssl verify none"))
    }

    @Test func checksGoOverTLSWhereRequestsDo() throws {
        #expect(try options(endpoint) { $0.checks = true }.contains("check check-ssl ssl"))
        var plain = endpoint
        plain.url = "http://192.0.2.1"
        let text = try options(plain) { $0.checks = true }
        #expect(text.contains(" check ") && !text.contains("check-ssl"))
    }

    @Test func aNameThatNoCertificateCanHoldIsNotAskedFor() throws {
        var odd = endpoint
        odd.name = "vm 1_x"
        #expect(try !options(odd) { $0.authority = .controller(name: "ca") }.contains("verifyhost"))
        #expect(try !options(endpoint) { $0.authority = .file("/x.pem") }.contains("verifyhost"))
    }

    @Test func ownOptionsComeLastAndWin() throws {
        let text = try options(endpoint) { $0.options = "maxconn 7 pool-max-conn 3" }
        #expect(text.hasSuffix("pool-purge-delay 5s maxconn 7 pool-max-conn 3"))
        #expect(!text.contains("pool-max-conn -1"))
    }

    @Test func namesAreThoseThatHAProxyTakesAndDiffer() {
        let settings = HAProxySettings(backend: "web")
        let twice = [
            endpoint, Endpoint(id: "4f-3", name: "vm1", url: "https://192.0.2.2:8000"),
            Endpoint(id: "4f-4", name: "vm ü", url: "https://192.0.2.3:8000"),
        ]
        #expect(Set(settings.names(twice).keys) == ["cms-vm1", "cms-vm1-4f-3", "cms-vm___-4f-4"])
    }

    @Test(arguments: [
        ("https://192.0.2.1:8000", "192.0.2.1:8000", true), ("https://[fd00::1]/x", "[fd00::1]:443", true),
        ("http://name", "name:80", false), ("HTTP://192.0.2.1:1?q", "192.0.2.1:1", false),
        ("tcp://192.0.2.1:5432", "192.0.2.1:5432", false),
    ])
    func urlsAreTakenApart(url: String, place: String, tls: Bool) throws {
        let address = try #require(EndpointAddress(url: url))
        #expect("\(address.hostPort)" == place && address.usesTLS == tls)
    }

    @Test(arguments: [
        "ftp://192.0.2.1", "tcp://192.0.2.1", "192.0.2.1:80", "https://", "https://a:b@192.0.2.1",
        "https://192.0.2.1:0", "",
    ])
    func otherTextsAreNone(url: String) {
        #expect(EndpointAddress(url: url) == nil)
    }
}
