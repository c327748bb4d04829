import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// All pools, by name.
    ///
    /// One that vanishes meanwhile is left out.
    package func storagePools() async throws -> [StoragePoolInfo] {
        try await call(.query, "virConnectListAllStoragePools") { session in
            let pools = try session.connection.allStoragePools().compactMap { pool -> StoragePoolInfo? in
                do {
                    return try pool.info()
                } catch let error as LibvirtError where error.code == .noStoragePool {
                    return nil
                }
            }
            return pools.sorted { $0.name < $1.name }
        }
    }

    /// Reads the pool's folder anew.
    package func refreshStoragePool(_ name: String) async throws {
        try await call(.operation, "virStoragePoolRefresh(\(name))") { session in
            let pool = try session.connection.storagePool(name)
            try session.connection.check(virStoragePoolRefresh(pool.pointer, 0), "virStoragePoolRefresh(\(name))")
        }
    }

    /// A volume by pool and name.
    package func volume(_ reference: VolumeReference) async throws -> VolumeInfo {
        try await call(.query, "virStorageVolLookupByName(\(reference))") { session in
            try session.connection.storagePool(reference.pool).volume(reference.name).info()
        }
    }

    /// A volume by path.
    package func volume(path: String) async throws -> VolumeInfo {
        try await call(.query, "virStorageVolLookupByPath(\(path))") { session in
            try session.connection.volume(path: path).info()
        }
    }

    /// Has libvirt make the layer with qemu-img.
    package func createLinkedVolume(_ reference: VolumeReference, backing: VolumeBacking) async throws -> VolumeInfo {
        try reference.check()
        return try await call(.operation, "virStorageVolCreateXML(\(reference))") { session in
            let pool = try session.connection.storagePool(reference.pool)
            let capacity: UInt64?
            do {
                capacity = try session.connection.volume(path: backing.path).info().capacity
            } catch let error as LibvirtError where error.code == .noStorageVolume {
                capacity = nil
            }
            let xml = VolumeXML.layer(name: reference.name, over: backing, capacity: capacity)
            do {
                try CallPermit.check("virStorageVolCreateXML(\(reference))")
                let volume = try session.connection.check(
                    virStorageVolCreateXML(pool.pointer, xml, 0),
                    "virStorageVolCreateXML(\(reference))"
                )
                return try VolumeHandle(owning: volume, of: session.connection).info()
            } catch var error as LibvirtError {
                // A file that the pool does not list.
                if error.code == .operationFailed, error.message.contains("already exists") {
                    error.code = .volumeExists
                }
                throw error
            }
        }
    }

    /// Deletes the file; what is not listed is taken as gone.
    package func deleteVolume(_ reference: VolumeReference) async throws {
        try await call(.operation, "virStorageVolDelete(\(reference))") { session in
            do {
                let volume = try session.connection.storagePool(reference.pool).volume(reference.name)
                try CallPermit.check("virStorageVolDelete(\(reference))")
                try session.connection.check(
                    virStorageVolDelete(volume.pointer, VIR_STORAGE_VOL_DELETE_NORMAL.rawValue),
                    "virStorageVolDelete(\(reference))"
                )
            } catch let error as LibvirtError where error.code == .noStorageVolume {
                return
            }
        }
    }
}

extension VolumeReference {
    /// Refuses names that would leave the pool's folder.
    func check() throws(LibvirtError) {
        let isFine =
            !name.isEmpty && name.utf8.count <= 200 && name != "." && name != ".." && !name.contains("/")
            && name.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard isFine else {
            throw LibvirtError(
                code: .invalidArgument,
                message: "a volume's name has 1 to 200 bytes, no '/' and no control characters",
                operation: "name the volume '\(name.prefix(64))'"
            )
        }
    }
}
