import Foundation
import Libvirt
import Testing

@Suite struct CloneTests {
    /// Everything that clones could leave behind.
    private struct Traces: Equatable {
        var domains: [String]
        var reservations: [DHCPReservation]
        var volumes: [VolumeReference]

        init(_ hypervisor: InMemoryHypervisor) async throws {
            domains = try await hypervisor.domains().map(\.name)
            reservations = try await hypervisor.networks().flatMap(\.reservations)
            volumes = hypervisor.allVolumes
        }
    }

    private static let image = VolumeReference(pool: "default", name: "base.raw")

    private static func host() -> InMemoryHypervisor {
        let hypervisor = InMemoryHypervisor()
        hypervisor.setStoragePool("default")
        hypervisor.addVolume(image)
        return hypervisor
    }

    private static func request(_ name: String = "web-1") -> CloneRequest {
        let image = ImageTemplate(image: VolumeBacking(path: "/pools/default/base.raw", format: "raw"))
        return CloneRequest(
            name: name,
            template: .image(image),
            pool: "default",
            group: "web",
            address: "192.168.122.160"
        )
    }

    @Test("clones a template with its disks, and removes the clone with all it owns", arguments: Implementation.all)
    func clones(_ implementation: Implementation) async throws {
        try await implementation.withStorage { storage in
            let hypervisor = storage.hypervisor
            let templateUUID = UUID().uuidString.lowercased()
            let name = "cms-test-\(templateUUID.prefix(8))"
            let xml = implementation.domainXML(name: name, uuid: templateUUID, disk: storage.base)
            _ = try await hypervisor.define(xml: xml)
            let request = CloneRequest(
                name: "\(name)-1",
                template: .domain(uuid: templateUUID),
                pool: storage.pool,
                group: "web",
                address: "192.168.122.249"
            )
            let clone: DomainInfo
            do {
                clone = try await hypervisor.cloneDomain(request)
            } catch {
                try await hypervisor.undefine(uuid: templateUUID)
                throw error
            }
            #expect(clone.name == request.name && clone.uuid == request.uuid && clone.state == .shutOff)
            #expect(clone.maxMemory == 64 << 20 && clone.vcpuCount == 2)
            #expect(clone.interfaces.first?.mac != "52:54:00:ab:cd:\(templateUUID.suffix(2))")
            let record = try #require(clone.record)
            #expect(record.group == "web" && record.clone?.state == .ready)
            let volume = try #require(record.clone?.volumes.first)
            #expect(try await hypervisor.volume(volume).backing == storage.base)
            let network = try #require(try await hypervisor.networks().first { $0.name == "default" })
            let lease = try #require(network.reservations.first { $0.address == "192.168.122.249" })
            #expect(lease.mac == clone.interfaces.first?.mac)
            #expect(try await hypervisor.unfinishedClones().isEmpty)
            await expectError(.domainExists) { _ = try await hypervisor.cloneDomain(request) }

            try await hypervisor.start(uuid: clone.uuid)
            await expectError(.operationInvalid) { try await hypervisor.removeClone(uuid: clone.uuid) }
            try await hypervisor.managedSave(uuid: clone.uuid)
            for _ in 0..<2 { try await hypervisor.removeClone(uuid: clone.uuid) }
            await expectError(.noDomain) { _ = try await hypervisor.domain(uuid: clone.uuid) }
            await expectError(.noStorageVolume) { _ = try await hypervisor.volume(volume) }
            #expect(try await !hypervisor.networks().flatMap(\.reservations).contains(lease))
            // The template is no clone, and still there.
            await expectError(.operationInvalid) { try await hypervisor.removeClone(uuid: templateUUID) }
            #expect(try await hypervisor.domain(uuid: templateUUID).name == name)
            try await hypervisor.undefine(uuid: templateUUID)
        }
    }

    @Test("another size than the template's, and further attributes of its record", arguments: Implementation.all)
    func otherSize(_ implementation: Implementation) async throws {
        try await implementation.withStorage { storage in
            let hypervisor = storage.hypervisor
            let template = UUID().uuidString.lowercased()
            let name = "cms-test-\(template.prefix(8))"
            _ = try await hypervisor.define(
                xml: implementation.domainXML(name: name, uuid: template, disk: storage.base)
            )
            var request = CloneRequest(name: "\(name)-1", template: .domain(uuid: template), pool: storage.pool)
            request.memory = 96 << 20
            request.vcpus = 1
            request.attributes = ["template": "x@1"]
            request.macSeed = name
            do {
                let clone = try await hypervisor.cloneDomain(request)
                #expect(clone.maxMemory == 96 << 20 && clone.vcpuCount == 1)
                #expect(clone.record?.attributes["template"] == "x@1" && clone.record?.clone?.state == .ready)
                let mac = clone.interfaces.first?.mac
                try await hypervisor.removeClone(uuid: clone.uuid)
                #expect(try await hypervisor.macAddresses(for: request, count: 2).first == mac)
            } catch {
                try await hypervisor.undefine(uuid: template)
                throw error
            }
            try await hypervisor.undefine(uuid: template)
        }
    }

    @Test("makes a domain from an image alone", arguments: Implementation.all)
    func clonesAnImage(_ implementation: Implementation) async throws {
        try await implementation.withStorage { storage in
            let hypervisor = storage.hypervisor
            let template = ImageTemplate(image: storage.base, memory: 64 << 20)
            let uuid = UUID().uuidString.lowercased()
            let clone = try await hypervisor.cloneDomain(
                CloneRequest(
                    name: "cms-test-\(uuid.prefix(8))",
                    uuid: uuid,
                    template: .image(template),
                    pool: storage.pool
                )
            )
            #expect(clone.isAttached(toNetwork: "default"))
            try await hypervisor.start(uuid: clone.uuid)
            #expect(try await hypervisor.domain(uuid: clone.uuid).state == .running)
            try await hypervisor.destroy(uuid: clone.uuid)
            try await hypervisor.removeClone(uuid: clone.uuid)
        }
    }

    @Test(
        "leaves nothing behind when a step fails",
        arguments: [.define, .createVolume, .reservations, .setMetadata] as [InMemoryHypervisor.Operation]
    )
    func failingStep(_ step: InMemoryHypervisor.Operation) async throws {
        let hypervisor = Self.host()
        let before = try await Traces(hypervisor)
        let fault = LibvirtError(code: .internalError, message: "No space left on device", operation: "x")
        hypervisor.failNext(step, with: fault)
        await #expect(throws: fault) { _ = try await hypervisor.cloneDomain(Self.request()) }
        #expect(try await Traces(hypervisor) == before)
        _ = try await hypervisor.cloneDomain(Self.request())
    }

    @Test("can be finished off wherever the making stopped", arguments: 0..<16)
    func interruptedMaking(_ calls: Int) async throws {
        let hypervisor = Self.host()
        let before = try await Traces(hypervisor)
        let request = Self.request()
        hypervisor.disconnect(afterCalls: calls)
        let result = await Task { try await hypervisor.cloneDomain(request) }.result
        hypervisor.reconnect()
        let unfinished = try await hypervisor.unfinishedClones()
        if (try? result.get()) == nil {
            #expect(unfinished.count <= 1)
            // All is ready once the record says so; only the answer was lost.
            let isReady = try await hypervisor.domains().contains { $0.record?.clone?.state == .ready }
            #expect(!isReady || unfinished.isEmpty)
        }
        try await hypervisor.removeClone(uuid: request.uuid)
        #expect(try await Traces(hypervisor) == before)
    }

    @Test("can be finished off wherever the removal stopped", arguments: 0..<10)
    func interruptedRemoval(_ calls: Int) async throws {
        let hypervisor = Self.host()
        let before = try await Traces(hypervisor)
        let clone = try await hypervisor.cloneDomain(Self.request())
        hypervisor.disconnect(afterCalls: calls)
        let result = await Task { try await hypervisor.removeClone(uuid: clone.uuid) }.result
        hypervisor.reconnect()
        if case .failure = result, let left = try await hypervisor.domains().first {
            let isWhole = try await Traces(hypervisor).volumes.count == 2
            #expect(isWhole || left.record?.clone?.state == .removing)
        }
        try await hypervisor.removeClone(uuid: clone.uuid)
        #expect(try await Traces(hypervisor) == before)
    }

    @Test func aCancelledCloneLeavesNothing() async throws {
        let hypervisor = Self.host()
        let before = try await Traces(hypervisor)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            _ = try await hypervisor.cloneDomain(Self.request())
        }
        let result = await task.result
        #expect(throws: CancellationError.self) { try result.get() }
        #expect(try await Traces(hypervisor) == before)
    }

    @Test("leaves nothing or everything when it is cancelled on the way", arguments: 0..<5)
    func cancelledOnTheWay(_ changes: Int) async throws {
        let hypervisor = Self.host()
        let before = try await Traces(hypervisor)
        let request = Self.request()
        let events = hypervisor.lifecycleEvents()
        let task = Task { try await hypervisor.cloneDomain(request) }
        if changes > 0 {
            for await event in events where event.kind == .defined { break }
            for _ in 1..<changes { await Task.yield() }
        }
        task.cancel()
        let result = await task.result
        #expect(try await hypervisor.unfinishedClones().isEmpty)
        if (try? result.get()) == nil { #expect(try await Traces(hypervisor) == before) }
    }

    @Test func aCopyOfACloneOwnsNothing() async throws {
        let hypervisor = Self.host()
        let clone = try await hypervisor.cloneDomain(Self.request())
        let copy = hypervisor.addDomain("copy")
        try await hypervisor.setMetadata(uuid: copy, xml: clone.metadata)
        await expectError(.operationInvalid) { try await hypervisor.removeClone(uuid: copy) }
        #expect(hypervisor.allVolumes.count == 2)
    }

    @Test func aForeignVolumeInTheRecordStays() async throws {
        let hypervisor = Self.host()
        let clone = try await hypervisor.cloneDomain(Self.request())
        try await hypervisor.updateRecord(uuid: clone.uuid) { $0.clone?.volumes.append(Self.image) }
        try await hypervisor.removeClone(uuid: clone.uuid)
        #expect(hypervisor.allVolumes == [Self.image])
    }

    @Test func aRunningOrSavedTemplateIsRefused() async throws {
        let hypervisor = Self.host()
        let uuid = hypervisor.addDomain("golden", state: .running)
        var request = Self.request()
        request.template = .domain(uuid: uuid)
        await expectError(.operationInvalid) { [request] in _ = try await hypervisor.cloneDomain(request) }
        try await hypervisor.managedSave(uuid: uuid)
        await expectError(.operationInvalid) { [request] in _ = try await hypervisor.cloneDomain(request) }
        try await hypervisor.removeManagedSave(uuid: uuid)
        _ = try await hypervisor.cloneDomain(request)
    }

    @Test func aTemplateDeletedUnderItIsAnErrorThatLeavesNothing() async throws {
        let hypervisor = Self.host()
        try await hypervisor.deleteVolume(Self.image)
        let before = try await Traces(hypervisor)
        await #expect(throws: LibvirtError.self) { _ = try await hypervisor.cloneDomain(Self.request()) }
        #expect(try await Traces(hypervisor) == before)
    }

    @Test func startingKeepsTheRecord() async throws {
        let hypervisor = Self.host()
        let clone = try await hypervisor.cloneDomain(Self.request())
        try await hypervisor.updateRecord(uuid: clone.uuid) { $0.attributes["started"] = "now" }
        let record = try #require(try await hypervisor.domain(uuid: clone.uuid).record)
        #expect(record.attributes == ["group": "web", "started": "now"])
        #expect(record.clone?.state == .ready && record.clone?.volumes.count == 1)
    }
}
