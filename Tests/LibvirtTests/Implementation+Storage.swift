import Foundation
import Libvirt
import Testing

extension Implementation {
    /// A hypervisor with an active pool `cms-test-…` and a raw image of 64 MiB in it.
    struct Storage: Sendable {
        var hypervisor: any Hypervisor
        var pool: String
        /// A pool that is defined and not started, where that can be had.
        var inactivePool: String?
        var base: VolumeBacking
    }

    /// Makes a pool, and removes it with all that is in it however `body` ends.
    func withStorage(_ body: (Storage) async throws -> Void) async throws {
        let name = "cms-test-\(UUID().uuidString.lowercased().prefix(8))"
        guard domainType == "qemu" else {
            let hypervisor = try await make()
            if let memory = hypervisor as? InMemoryHypervisor {
                memory.setStoragePool("cms-test")
                memory.setStoragePool("\(name)-off", isActive: false)
                memory.addVolume(VolumeReference(pool: "cms-test", name: "base.raw"), capacity: 64 << 20)
            }
            let base = try await hypervisor.volume(VolumeReference(pool: "cms-test", name: "base.raw"))
            let isSimulation = !(hypervisor is InMemoryHypervisor)
            return try await body(
                Storage(
                    hypervisor: hypervisor,
                    pool: "cms-test",
                    inactivePool: isSimulation ? nil : "\(name)-off",
                    base: VolumeBacking(path: base.path, format: "raw")
                )
            )
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let base = folder.appending(path: "base.raw")
        try Data().write(to: base)
        let file = try FileHandle(forWritingTo: base)
        try file.truncate(atOffset: 64 << 20)
        try file.close()
        try Self.virsh("pool-create-as", name, "dir", "--target", folder.path())
        defer { try? Self.virsh("pool-destroy", name) }
        try Self.virsh("pool-define-as", "\(name)-off", "dir", "--target", folder.path() + "/off")
        defer { try? Self.virsh("pool-undefine", "\(name)-off") }
        try await body(
            Storage(
                hypervisor: try await make(),
                pool: name,
                inactivePool: "\(name)-off",
                base: VolumeBacking(path: base.path(), format: "raw")
            )
        )
    }

    /// Sets up in the lab what the product itself never makes.
    static func virsh(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/virsh")
        process.arguments = ["-q", "-c", try #require(labURI)] + arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
