import Foundation
import Libvirt
import Testing

/// Memory on disk: that it is used once and never twice.
@Suite struct ManagedSaveTests {
    @Test("saves, and goes on from there once", arguments: Implementation.all)
    func saves(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            func info() async throws -> DomainInfo { try await hypervisor.domain(uuid: uuid) }
            await expectError(.operationInvalid) { try await hypervisor.managedSave(uuid: uuid) }
            #expect(try await !info().hasManagedSave)
            try await hypervisor.start(uuid: uuid)
            for _ in 0..<2 { try await hypervisor.managedSave(uuid: uuid) }
            #expect(try await info().state == .shutOff)
            #expect(try await info().hasManagedSave)
            #expect(try await hypervisor.domains().first { $0.uuid == uuid }?.hasManagedSave == true)
            for _ in 0..<2 { try await hypervisor.start(uuid: uuid) }
            #expect(try await info().state == .running)
            #expect(try await !info().hasManagedSave)
            #expect(try await hypervisor.domains().first { $0.uuid == uuid }?.hasManagedSave == false)
        }
    }

    @Test("runs after a restore, also when it was saved while paused", arguments: Implementation.all)
    func savesPaused(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.suspend(uuid: uuid)
            try await hypervisor.managedSave(uuid: uuid)
            try await hypervisor.start(uuid: uuid)
            #expect(try await hypervisor.domain(uuid: uuid).state == .running)
            guard implementation.startsPaused else { return }
            try await hypervisor.managedSave(uuid: uuid)
            try await hypervisor.start(uuid: uuid, paused: true)
            #expect(try await hypervisor.domain(uuid: uuid).state == .paused)
            #expect(try await !hypervisor.domain(uuid: uuid).hasManagedSave)
            try await hypervisor.resume(uuid: uuid)
            #expect(try await hypervisor.domain(uuid: uuid).state == .running)
        }
    }

    @Test("boots without the managed save when told to", arguments: Implementation.all)
    func startsFresh(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.managedSave(uuid: uuid)
            let events = hypervisor.lifecycleEvents()
            for _ in 0..<2 { try await hypervisor.startFresh(uuid: uuid) }
            #expect(try await hypervisor.domain(uuid: uuid).state == .running)
            #expect(try await !hypervisor.domain(uuid: uuid).hasManagedSave)
            let started = try await within(.seconds(20)) {
                for await event in events where event.uuid == uuid && event.kind == .started { return event.detail }
                throw TookTooLong()
            }
            #expect(started == "booted")
            try await hypervisor.destroy(uuid: uuid)
            try await hypervisor.startFresh(uuid: uuid)
        }
    }

    @Test("throws a managed save away, twice without harm", arguments: Implementation.all)
    func removes(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            try await hypervisor.removeManagedSave(uuid: uuid)
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.managedSave(uuid: uuid)
            for _ in 0..<2 { try await hypervisor.removeManagedSave(uuid: uuid) }
            #expect(try await !hypervisor.domain(uuid: uuid).hasManagedSave)
            await expectError(.noDomain) {
                try await hypervisor.removeManagedSave(uuid: UUID().uuidString.lowercased())
            }
            try await hypervisor.start(uuid: uuid)
            try await hypervisor.managedSave(uuid: uuid)
        }
        // The domain was undefined with its image.
    }

    @Test("shows our metadata and what a domain will need, while it is shut off", arguments: Implementation.all)
    func information(_ implementation: Implementation) async throws {
        try await implementation.withDomain { hypervisor, uuid in
            #expect(try await hypervisor.domain(uuid: uuid).metadata == nil)
            try await hypervisor.setMetadata(
                uuid: uuid,
                xml: "<instance group='a &amp; b'><volume name='x'/></instance>"
            )
            for isActive in [false, true] {
                if isActive { try await hypervisor.start(uuid: uuid) }
                let domain = try #require(try await hypervisor.domains().first { $0.uuid == uuid })
                #expect(domain.maxMemory == 64 << 20 && domain.vcpuCount == 2)
                let metadata = try XMLElementReader(try #require(domain.metadata))
                #expect(try metadata.attribute("group") == "a & b")
                #expect(try metadata.text("/instance/volume/@name") == ["x"])
            }
            try await hypervisor.setMetadata(uuid: uuid, xml: nil)
            #expect(try await hypervisor.domain(uuid: uuid).metadata == nil)
        }
    }
}

/// What can go wrong with a restore, by the fake's knobs.
@Suite struct RestoreFaultTests {
    private func saved() async throws -> (InMemoryHypervisor, String) {
        let hypervisor = InMemoryHypervisor()
        let uuid = hypervisor.addDomain("vm1", state: .running)
        try await hypervisor.managedSave(uuid: uuid)
        return (hypervisor, uuid)
    }

    @Test func aFailedRestoreKeepsTheImage() async throws {
        let (hypervisor, uuid) = try await saved()
        hypervisor.setRestoreFault(.fails, of: uuid)
        await expectError(.internalError) { try await hypervisor.start(uuid: uuid) }
        let domain = try await hypervisor.domain(uuid: uuid)
        #expect(domain.state == .shutOff && domain.hasManagedSave)
        hypervisor.setRestoreFault(nil, of: uuid)
        try await hypervisor.start(uuid: uuid)
        #expect(hypervisor.resumptions(ofImagesOf: uuid) == [1])
    }

    @Test func anIncompleteImageIsThrownAway() async throws {
        let (hypervisor, uuid) = try await saved()
        hypervisor.setRestoreFault(.incomplete, of: uuid)
        try await hypervisor.start(uuid: uuid)
        #expect(try await !hypervisor.domain(uuid: uuid).hasManagedSave)
        #expect(hypervisor.resumptions(ofImagesOf: uuid) == [0])
    }

    @Test func anInterruptedRestoreRunsOnlyWithoutTheImage() async throws {
        let (hypervisor, uuid) = try await saved()
        hypervisor.setRestoreFault(.interrupted, of: uuid)
        await #expect {
            try await hypervisor.start(uuid: uuid)
        } throws: { ($0 as? LibvirtError)?.isConnectionLost == true }
        let domain = try await hypervisor.domain(uuid: uuid)
        #expect(domain.state == .paused && domain.hasManagedSave)
        #expect(hypervisor.resumptions(ofImagesOf: uuid) == [0])
        try await hypervisor.resume(uuid: uuid)
        #expect(try await !hypervisor.domain(uuid: uuid).hasManagedSave)
        #expect(hypervisor.resumptions(ofImagesOf: uuid) == [1])
    }

    @Test func anInterruptedRestoreThatNeverRanMayBeRepeated() async throws {
        let (hypervisor, uuid) = try await saved()
        hypervisor.setRestoreFault(.interrupted, of: uuid)
        try? await hypervisor.start(uuid: uuid)
        hypervisor.setRestoreFault(nil, of: uuid)
        try await hypervisor.destroy(uuid: uuid)
        try await hypervisor.start(uuid: uuid)
        #expect(hypervisor.resumptions(ofImagesOf: uuid).allSatisfy { $0 <= 1 })
    }

    @Test func anImageThatSomebodyElseResumedIsNotResumedAgain() async throws {
        let (hypervisor, uuid) = try await saved()
        hypervisor.restoreLeavingImage(uuid: uuid)
        #expect(try await hypervisor.domain(uuid: uuid).hasManagedSave)
        try await hypervisor.destroy(uuid: uuid)
        try await hypervisor.start(uuid: uuid)
        #expect(hypervisor.resumptions(ofImagesOf: uuid) == [1])
        try await hypervisor.managedSave(uuid: uuid)
        try await hypervisor.start(uuid: uuid)
        #expect(hypervisor.resumptions(ofImagesOf: uuid) == [1, 1])
    }

    @Test func aRestoredGuestDoesNotBootAgain() async throws {
        let hypervisor = InMemoryHypervisor()
        let booted = EventCount()
        hypervisor.onBoot { _ in booted.increment() }
        let uuid = hypervisor.addDomain("vm1")
        try await hypervisor.start(uuid: uuid)
        try await hypervisor.managedSave(uuid: uuid)
        try await hypervisor.start(uuid: uuid)
        #expect(booted.value == 1)
        try await hypervisor.managedSave(uuid: uuid)
        try await hypervisor.startFresh(uuid: uuid)
        #expect(booted.value == 2)
    }
}
