import Foundation
import Libvirt
import Testing

/// What every hypervisor has to do, run on each that is at hand.
@Suite struct ConformanceTests {
    @Test("says who it is and what the host has", arguments: Implementation.all)
    func identity(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        let version = try await hypervisor.ping()
        #expect(!version.driver.isEmpty)
        #expect(version.libvirt.split(separator: ".").count == 3)
        let host = try await hypervisor.hostInfo()
        #expect(host.cpuCount > 0)
        #expect(host.memoryTotal > 64 << 20)
        if let available = host.memoryAvailable { #expect(available <= host.memoryTotal) }
        #expect(hypervisor.isConnected)
    }

    @Test("shows its network with bridge and address", arguments: Implementation.all)
    func network(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        let network = try #require(try await hypervisor.networks().first { $0.name == "default" })
        #expect(network.isActive)
        #expect(network.bridge == "virbr0")
        #expect(network.addresses == [NetworkAddress(address: "192.168.122.1", prefixLength: 24)])
        #expect(network.uuid == network.uuid.lowercased() && UUID(uuidString: network.uuid) != nil)
    }

    @Test(
        "says addresses of a domain that is active alone, and of none that it does not know",
        arguments: Implementation.all
    )
    func addresses(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            await expectError(.operationInvalid) { _ = try await hypervisor.addresses(uuid: uuid, source: .lease) }
            try await hypervisor.start(uuid: uuid)
            let mac = try #require(try await hypervisor.domain(uuid: uuid).interfaces.first?.mac)
            if let memory = hypervisor as? InMemoryHypervisor {
                memory.addLease(DHCPLease(mac: mac, address: "192.168.122.9", prefixLength: 24), network: "default")
                memory.addLease(DHCPLease(mac: nil, address: "192.168.122.8", prefixLength: 24), network: "default")
            }
            let leases = try await hypervisor.addresses(uuid: uuid, source: .lease)
            #expect(leases.allSatisfy { $0.mac == mac })
            // In a lab it sits in its firmware and asks for none.
            if implementation.testDescription != "lab" {
                #expect(leases.count == 1 && leases.first?.address.hasPrefix("192.168.122.") == true)
            }
            _ = try await hypervisor.addresses(uuid: uuid, source: .neighbour)
            // None of them has a guest agent that could be asked, and each says so at once.
            await #expect(throws: LibvirtError.self) { try await hypervisor.addresses(uuid: uuid, source: .guestAgent) }
            #expect(hypervisor.isConnected)
        }
        let hypervisor = try await implementation.make()
        await expectError(.noDomain) {
            _ = try await hypervisor.addresses(uuid: UUID().uuidString.lowercased(), source: .lease)
        }
    }

    @Test("adds and removes a DHCP reservation, twice without harm", arguments: Implementation.all)
    func reservation(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        let reservation = DHCPReservation(mac: "52:54:00:AA:00:51", name: "cms-test-51", address: "192.168.122.251")
        #expect(reservation.mac == "52:54:00:aa:00:51")
        func present() async throws -> Bool {
            try await hypervisor.networks().first { $0.name == "default" }?.reservations.contains(reservation) == true
        }
        try await hypervisor.removeDHCPReservation(reservation, network: "default")
        #expect(try await !present())
        for _ in 0..<2 { try await hypervisor.addDHCPReservation(reservation, network: "default") }
        #expect(try await present())
        let clash = DHCPReservation(mac: "52:54:00:aa:00:51", name: "cms-test-52", address: "192.168.122.252")
        await expectError(.operationInvalid) {
            try await hypervisor.addDHCPReservation(clash, network: "default")
        }
        for _ in 0..<2 { try await hypervisor.removeDHCPReservation(reservation, network: "default") }
        #expect(try await !present())
    }

    @Test("reserves an IPv6 address in a network with both families", arguments: Implementation.withBothFamilies)
    func reservationOfIPv6(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        let network = try #require(try await hypervisor.networks().first { $0.name == "both" })
        #expect(network.addresses.map(\.description) == ["192.168.123.1/24", "fd00:123::1/64"])
        let six = DHCPReservation(mac: "52:54:00:aa:00:51", name: "cms-test-51", address: "fd00:123::51")
        // One guest may have an address of each family.
        let four = DHCPReservation(mac: "52:54:00:aa:00:51", name: "cms-test-51", address: "192.168.123.51")
        func present() async throws -> Set<DHCPReservation> {
            Set(try await hypervisor.networks().first { $0.name == "both" }?.reservations ?? [])
        }
        for _ in 0..<2 { try await hypervisor.addDHCPReservation(six, network: "both") }
        try await hypervisor.addDHCPReservation(four, network: "both")
        #expect(try await present() == [six, four])
        await expectError(.operationInvalid) {
            let clash = DHCPReservation(mac: "52:54:00:aa:00:52", name: "cms-test-52", address: "fd00:123::51")
            try await hypervisor.addDHCPReservation(clash, network: "both")
        }
        for _ in 0..<2 { try await hypervisor.removeDHCPReservation(six, network: "both") }
        #expect(try await present() == [four])
    }

    @Test("names what does not exist", arguments: Implementation.all)
    func absent(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        let uuid = UUID().uuidString.lowercased()
        await expectError(.noDomain) { _ = try await hypervisor.domain(uuid: uuid) }
        await expectError(.noDomain) { try await hypervisor.start(uuid: uuid) }
        await expectError(.noDomain) { try await hypervisor.destroy(uuid: uuid) }
        await expectError(.noDomain) { _ = try await hypervisor.metadata(uuid: uuid) }
        await expectError(.noDomain) { _ = try await hypervisor.domainXML(uuid: uuid, inactive: true) }
        await expectError(.noDomain) {
            try await hypervisor.setCredentials(uuid: uuid, [Credential(name: "cms.a", value: "b")])
        }
        await expectError(.noNetwork) { _ = try await hypervisor.leases(network: "nowhere") }
        try await hypervisor.undefine(uuid: uuid)
    }

    @Test("shows a defined domain", arguments: Implementation.all)
    func definition(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            let domain = try await hypervisor.domain(uuid: uuid)
            #expect(domain.uuid == uuid)
            #expect(domain.state == .shutOff)
            #expect(domain.id == nil)
            #expect(domain.isPersistent)
            #expect(domain.vcpuCount == 2)
            #expect(domain.maxMemory == 64 << 20)
            #expect(domain.interfaces.map(\.network) == ["default"])
            #expect(domain.interfaces.first?.mac == "52:54:00:ab:cd:\(uuid.suffix(2))")
            #expect(try await hypervisor.domains(onNetwork: "default").contains { $0.uuid == uuid })
            #expect(try await hypervisor.domains(onNetwork: "other").isEmpty)
        }
    }

    @Test("refuses XML that is no domain", arguments: Implementation.all)
    func malformed(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        for xml in ["", "<domain", "<network/>", "<domain type='test'/>"] {
            await #expect(throws: LibvirtError.self) { _ = try await hypervisor.define(xml: xml) }
        }
    }

    @Test("brings a domain through its states, each step twice", arguments: Implementation.all)
    func lifecycle(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            func state() async throws -> DomainState { try await hypervisor.domain(uuid: uuid).state }
            for _ in 0..<2 { try await hypervisor.start(uuid: uuid) }
            #expect(try await state() == .running)
            #expect(try await hypervisor.domain(uuid: uuid).id != nil)
            for _ in 0..<2 { try await hypervisor.suspend(uuid: uuid) }
            #expect(try await state() == .paused)
            await expectError(.operationInvalid) { try await hypervisor.start(uuid: uuid) }
            for _ in 0..<2 { try await hypervisor.resume(uuid: uuid) }
            #expect(try await state() == .running)
            for _ in 0..<2 { try await hypervisor.destroy(uuid: uuid) }
            #expect(try await state() == .shutOff)
            try await hypervisor.shutdown(uuid: uuid)
            await expectError(.operationInvalid) { try await hypervisor.suspend(uuid: uuid) }
            await expectError(.operationInvalid) { try await hypervisor.resume(uuid: uuid) }
        }
    }

    @Test("a destroy that is meant for another run does nothing", arguments: Implementation.all)
    func destroyOfAnotherRun(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            try await hypervisor.start(uuid: uuid)
            let first = try #require(try await hypervisor.domain(uuid: uuid).id)
            try await hypervisor.destroy(uuid: uuid, run: first)
            #expect(try await hypervisor.domain(uuid: uuid).state == .shutOff)
            try await hypervisor.destroy(uuid: uuid, run: first)
            try await hypervisor.start(uuid: uuid)
            let second = try #require(try await hypervisor.domain(uuid: uuid).id)
            #expect(second != first)
            try await hypervisor.destroy(uuid: uuid, run: first)
            #expect(try await hypervisor.domain(uuid: uuid).state == .running)
            try await hypervisor.destroy(uuid: uuid, run: second)
            #expect(try await hypervisor.domain(uuid: uuid).state == .shutOff)
        }
    }

    @Test("starts a domain paused", arguments: Implementation.all)
    func startPaused(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            guard implementation.startsPaused else {
                await expectError(.invalidArgument) { try await hypervisor.start(uuid: uuid, paused: true) }
                return
            }
            for _ in 0..<2 { try await hypervisor.start(uuid: uuid, paused: true) }
            #expect(try await hypervisor.domain(uuid: uuid).state == .paused)
            try await hypervisor.resume(uuid: uuid)
            #expect(try await hypervisor.domain(uuid: uuid).state == .running)
            await expectError(.operationInvalid) { try await hypervisor.start(uuid: uuid, paused: true) }
        }
    }

    @Test("puts credentials into the definition as they are", arguments: Implementation.all)
    func credentials(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            let hostile = "a=b,c \\ <x y='1'>&amp; \"quoted\" ]]> ÄÖ €"
            try await hypervisor.setCredentials(
                uuid: uuid,
                [
                    Credential(name: "cms.join-token", value: "first"),
                    Credential(name: "cms.controller", value: "h:7000"),
                ]
            )
            try await hypervisor.setCredentials(uuid: uuid, [Credential(name: "cms.join-token", value: hostile)])
            let definition = try DomainXMLReader(try await hypervisor.domainXML(uuid: uuid, inactive: true))
            #expect(
                definition.oemStrings == [
                    "io.systemd.credential:cms.controller=h:7000", "io.systemd.credential:cms.join-token=\(hostile)",
                ]
            )
            #expect(definition.smbiosMode == "sysinfo")
            #expect(try await hypervisor.domain(uuid: uuid).interfaces.count == 1)
            // What was set before the start is what the guest gets.
            try await hypervisor.start(uuid: uuid)
            let running = try DomainXMLReader(try await hypervisor.domainXML(uuid: uuid, inactive: false))
            #expect(running.oemStrings == definition.oemStrings)
            try await hypervisor.destroy(uuid: uuid)
            try await hypervisor.setCredentials(
                uuid: uuid,
                [Credential(name: "cms.join-token", value: nil), Credential(name: "cms.controller", value: nil)]
            )
            let cleared = try DomainXMLReader(try await hypervisor.domainXML(uuid: uuid, inactive: true))
            #expect(cleared.oemStrings.isEmpty)
            try await hypervisor.start(uuid: uuid)
            await expectError(.invalidArgument) {
                try await hypervisor.setCredentials(uuid: uuid, [Credential(name: "cms.x", value: "two\nlines")])
            }
        }
    }

    @Test("keeps our metadata through start and stop", arguments: Implementation.all)
    func metadata(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            #expect(try await hypervisor.metadata(uuid: uuid) == nil)
            try await hypervisor.setMetadata(uuid: uuid, xml: nil)
            try await hypervisor.setMetadata(uuid: uuid, xml: "<instance group='web &amp; more'/>")
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.destroy(uuid: uuid)
            let first = try #require(try await hypervisor.metadata(uuid: uuid))
            #expect(try XMLElementReader(first).attribute("group") == "web & more")
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.setMetadata(uuid: uuid, xml: "<instance group='db'/>")
            let second = try #require(try await hypervisor.metadata(uuid: uuid))
            #expect(try XMLElementReader(second).attribute("group") == "db")
            try await hypervisor.setMetadata(uuid: uuid, xml: nil)
            #expect(try await hypervisor.metadata(uuid: uuid) == nil)
            await expectError(.xmlError) { try await hypervisor.setMetadata(uuid: uuid, xml: "<instance>") }
        }
    }

    @Test("reports statistics of active domains", arguments: Implementation.all)
    func statistics(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            #expect(try await !hypervisor.statistics().contains { $0.uuid == uuid })
            try await hypervisor.start(uuid: uuid)
            let before = MeasurementTime.now()
            let sample = try #require(try await hypervisor.statistics().first { $0.uuid == uuid })
            #expect(sample.state == .running)
            #expect(sample.name == "cms-test-\(uuid.prefix(8))")
            #expect((before.instant...MeasurementTime.now().instant).contains(sample.measuredAt.instant))
            if implementation.hasCounters {
                #expect(sample.vcpuCount == 2)
                #expect(sample.vcpus.map(\.number) == [0, 1])
                #expect(sample.vcpus.allSatisfy { $0.time != nil && $0.delay != nil })
                #expect(sample.balloonMaximum == 64 << 20)
                let next = try #require(try await hypervisor.statistics().first { $0.uuid == uuid })
                let utilization = try #require(next.utilization(since: sample))
                #expect((0...100).contains(utilization))
            } else {
                #expect(sample.cpuTime == nil)
                #expect(sample.vcpus.isEmpty)
                #expect(sample.utilization(since: sample) == nil)
            }
        }
    }

    @Test("sends an event for each change", arguments: Implementation.all)
    func events(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            let events = hypervisor.lifecycleEvents()
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.suspend(uuid: uuid)
            try await hypervisor.resume(uuid: uuid)
            try await hypervisor.destroy(uuid: uuid)
            let seen = try await within(.seconds(20)) {
                var seen: [LifecycleEvent] = []
                for await event in events where event.uuid == uuid {
                    seen.append(event)
                    if event.kind == .stopped { break }
                }
                return seen
            }
            let interesting: Set<LifecycleEvent.Kind> = [.started, .suspended, .resumed, .stopped]
            // QEMU also says "resumed" while it starts a domain.
            let kinds = seen.map(\.kind).filter(interesting.contains)
            #expect(kinds.first == .resumed || kinds.first == .started)
            #expect(kinds.suffix(3) == [.suspended, .resumed, .stopped])
            #expect(kinds.filter { $0 == .started }.count == 1)
            #expect(seen.last?.detail == "destroyed")
            #expect(seen.allSatisfy { $0.name == "cms-test-\(uuid.prefix(8))" })
        }
    }

    @Test("tells a new subscriber that the connection stands", arguments: Implementation.all)
    func connectionEvent(_ implementation: Implementation) async throws {
        let hypervisor = try await implementation.make()
        let first = try await within(.seconds(5)) {
            for await event in hypervisor.connectionEvents() { return event }
            throw TookTooLong()
        }
        #expect(first == .connected)
    }

    @Test("answers many callers at once", arguments: Implementation.all)
    func concurrency(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            try await hypervisor.start(uuid: uuid)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        switch index % 3 {
                        case 0: _ = try await hypervisor.statistics()
                        case 1: _ = try await hypervisor.domain(uuid: uuid)
                        default: try await hypervisor.resume(uuid: uuid)
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await hypervisor.domain(uuid: uuid).state == .running)
        }
    }

    @Test("does nothing for a task that is cancelled already", arguments: Implementation.all)
    func cancellation(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                try await hypervisor.start(uuid: uuid)
            }
            let result = await task.result
            #expect(throws: CancellationError.self) { try result.get() }
            let domain = try await hypervisor.domain(uuid: uuid)
            #expect(domain.state == .shutOff)
        }
    }
}
