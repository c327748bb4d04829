import Foundation
import Libvirt
import Testing

@Suite struct StorageTests {
    @Test("shows its pools and what is left in them", arguments: Implementation.all)
    func pools(_ implementation: Implementation) async throws {
        try await implementation.withStorage { storage in
            let pools = try await storage.hypervisor.storagePools()
            let pool = try #require(pools.first { $0.name == storage.pool })
            #expect(pool.isActive)
            #expect(pool.path.map { storage.base.path.hasPrefix($0) } == true)
            let (capacity, available) = (try #require(pool.capacity), try #require(pool.available))
            #expect(available > 0 && available <= capacity)
            try await storage.hypervisor.refreshStoragePool(storage.pool)
            guard let name = storage.inactivePool else { return }
            let inactive = try #require(pools.first { $0.name == name })
            #expect(!inactive.isActive && inactive.available == nil && inactive.capacity == nil)
        }
    }

    @Test("makes a linked volume, and deletes it twice without harm", arguments: Implementation.all)
    func linkedVolume(_ implementation: Implementation) async throws {
        try await implementation.withStorage { storage in
            let hypervisor = storage.hypervisor
            let reference = VolumeReference(pool: storage.pool, name: "layer <&> 1.qcow2")
            try await hypervisor.deleteVolume(reference)
            let made = try await hypervisor.createLinkedVolume(reference, backing: storage.base)
            #expect(made.reference == reference)
            #expect(made.format == "qcow2")
            #expect(made.capacity == 64 << 20)
            #expect(made.allocation <= 1 << 20)
            #expect(made.backing == storage.base)
            #expect(made.path.hasSuffix("/\(reference.name)"))
            #expect(try await hypervisor.volume(reference) == made)
            #expect(try await hypervisor.volume(path: made.path) == made)
            await expectError(.volumeExists) {
                _ = try await hypervisor.createLinkedVolume(reference, backing: storage.base)
            }
            // A layer over a layer.
            let second = VolumeReference(pool: storage.pool, name: "layer 2.qcow2")
            let upper = VolumeBacking(path: made.path, format: "qcow2")
            #expect(try await hypervisor.createLinkedVolume(second, backing: upper).backing == upper)
            for _ in 0..<2 {
                try await hypervisor.deleteVolume(second)
                try await hypervisor.deleteVolume(reference)
            }
            await expectError(.noStorageVolume) { _ = try await hypervisor.volume(reference) }
            await expectError(.noStorageVolume) { _ = try await hypervisor.volume(path: made.path) }
        }
    }

    @Test("names the pool that is not there or not started", arguments: Implementation.all)
    func absentPool(_ implementation: Implementation) async throws {
        try await implementation.withStorage { storage in
            let hypervisor = storage.hypervisor
            let nowhere = VolumeReference(pool: "nowhere", name: "x")
            await expectError(.noStoragePool) { _ = try await hypervisor.volume(nowhere) }
            await expectError(.noStoragePool) {
                _ = try await hypervisor.createLinkedVolume(nowhere, backing: storage.base)
            }
            await expectError(.noStoragePool) { try await hypervisor.deleteVolume(nowhere) }
            await expectError(.noStoragePool) { try await hypervisor.refreshStoragePool("nowhere") }
            guard let pool = storage.inactivePool else { return }
            let inactive = VolumeReference(pool: pool, name: "x")
            do {
                _ = try await hypervisor.createLinkedVolume(inactive, backing: storage.base)
                Issue.record("made a volume in a pool that is not active")
            } catch let error as LibvirtError {
                #expect(error.code == .operationInvalid)
                #expect("\(error)".contains("virsh pool-start"))
            }
            await expectError(.operationInvalid) { try await hypervisor.deleteVolume(inactive) }
        }
    }

    @Test("refuses names that lead out of the pool", arguments: ["", ".", "..", "a/b", "/etc/x", "a\nb"])
    func hostileNames(_ name: String) async throws {
        try await Implementation.inMemory.withStorage { storage in
            await expectError(.invalidArgument) {
                _ = try await storage.hypervisor.createLinkedVolume(
                    VolumeReference(pool: storage.pool, name: name),
                    backing: storage.base
                )
            }
        }
    }

    @Test func saysThatThePoolIsFullAndWhatToDo() async throws {
        let hypervisor = InMemoryHypervisor()
        hypervisor.setStoragePool("small", available: 300 << 10)
        let backing = VolumeBacking(path: "/base.raw", format: "raw")
        _ = try await hypervisor.createLinkedVolume(VolumeReference(pool: "small", name: "1"), backing: backing)
        do {
            _ = try await hypervisor.createLinkedVolume(VolumeReference(pool: "small", name: "2"), backing: backing)
            Issue.record("made a volume in a full pool")
        } catch let error as LibvirtError {
            #expect(error.isStorageFull)
            #expect("\(error)".contains("delete what nobody needs"))
        }
        #expect(hypervisor.allVolumes.map(\.name) == ["1"])
    }
}
