import Synchronization

extension InMemoryHypervisor {
    /// What an empty layer takes, in bytes.
    private static let layerSize: UInt64 = 200 << 10

    /// The pools that were added.
    package func storagePools() async throws -> [StoragePoolInfo] {
        try perform(.storagePools) { state, _ in state.pools.values.map(\.info).sorted { $0.name < $1.name } }
    }

    /// Nothing to do: what a pool has left is always true here.
    package func refreshStoragePool(_ name: String) async throws {
        try perform(.storagePools) { state, _ in _ = try state.activePool(name) }
    }

    /// A volume by pool and name.
    package func volume(_ reference: VolumeReference) async throws -> VolumeInfo {
        try perform(.volume) { state, _ in
            guard let volume = try state.activePool(reference.pool).volumes[reference.name] else {
                throw LibvirtError.noVolume("no storage vol with matching name '\(reference.name)'")
            }
            return volume
        }
    }

    /// A volume of an active pool by path.
    package func volume(path: String) async throws -> VolumeInfo {
        try perform(.volume) { state, _ in
            guard let volume = state.volume(path: path) else {
                throw LibvirtError.noVolume("no storage vol with matching path '\(path)'")
            }
            return volume
        }
    }

    /// Adds the volume, as large as the one below, or as 1 GiB where that is in no pool.
    package func createLinkedVolume(_ reference: VolumeReference, backing: VolumeBacking) async throws -> VolumeInfo {
        try reference.check()
        return try perform(.createVolume) { state, _ in
            var pool = try state.activePool(reference.pool)
            let operation = "create the volume \(reference)"
            guard pool.volumes[reference.name] == nil else {
                throw LibvirtError(
                    code: .volumeExists,
                    message: "storage volume '\(reference.name)' exists already",
                    operation: operation
                )
            }
            if let folder = state.pools.values.first(where: { backing.path.hasPrefix("\($0.path(of: ""))") }),
                folder.volumes.values.allSatisfy({ $0.path != backing.path })
            {
                throw LibvirtError(
                    code: .internalError,
                    message: "qemu-img: Could not open backing file: Could not open '\(backing.path)'",
                    operation: operation
                )
            }
            let available = pool.info.available ?? 0
            guard available >= Self.layerSize else {
                throw LibvirtError(
                    code: .internalError,
                    message: "qemu-img: \(pool.path(of: reference.name)): No space left on device",
                    operation: operation
                )
            }
            let volume = VolumeInfo(
                reference: reference,
                path: pool.path(of: reference.name),
                format: "qcow2",
                capacity: state.volume(path: backing.path)?.capacity ?? 1 << 30,
                allocation: Self.layerSize,
                backing: backing
            )
            pool.info.available = available - Self.layerSize
            pool.volumes[reference.name] = volume
            state.pools[reference.pool] = pool
            return volume
        }
    }

    /// Removes the volume.
    package func deleteVolume(_ reference: VolumeReference) async throws {
        try perform(.deleteVolume) { state, _ in
            var pool = try state.activePool(reference.pool)
            guard let volume = pool.volumes.removeValue(forKey: reference.name) else { return }
            pool.info.available = pool.info.available.map { $0 + volume.allocation }
            state.pools[reference.pool] = pool
        }
    }

    /// Adds a pool with its folder `/pools/NAME`, or changes what it has left or whether it is active; volumes stay.
    package func setStoragePool(
        _ name: String,
        isActive: Bool = true,
        capacity: UInt64 = 100 << 30,
        available: UInt64 = 100 << 30
    ) {
        let info = StoragePoolInfo(
            name: name,
            isActive: isActive,
            path: "/pools/\(name)",
            capacity: isActive ? capacity : nil,
            available: isActive ? available : nil
        )
        state.withLock { $0.pools[name, default: Pool(info: info)].info = info }
    }

    /// Puts a volume into a pool, as somebody else does.
    @discardableResult
    package func addVolume(_ reference: VolumeReference, format: String = "raw", capacity: UInt64 = 1 << 30)
        -> VolumeInfo
    {
        let volume = VolumeInfo(
            reference: reference,
            path: "/pools/\(reference.pool)/\(reference.name)",
            format: format,
            capacity: capacity,
            allocation: capacity
        )
        state.withLock { $0.pools[reference.pool]?.volumes[reference.name] = volume }
        return volume
    }

    /// All volumes of all pools, whether active or not.
    package var allVolumes: [VolumeReference] {
        state.withLock { $0.pools.values.flatMap(\.volumes.values) }.map(\.reference).sorted { $0.name < $1.name }
    }
}

extension InMemoryHypervisor {
    /// One storage pool with what is in it, by name.
    struct Pool {
        var info: StoragePoolInfo
        var volumes: [String: VolumeInfo] = [:]

        func path(of name: String) -> String { "\(info.path ?? "")/\(name)" }
    }
}

extension InMemoryHypervisor.State {
    func activePool(_ name: String) throws(LibvirtError) -> InMemoryHypervisor.Pool {
        guard let pool = pools[name] else {
            throw LibvirtError(
                code: .noStoragePool,
                message: "Storage pool not found: no storage pool with matching name '\(name)'",
                operation: "look up the storage pool"
            )
        }
        guard pool.info.isActive else {
            throw .invalid("storage pool '\(name)' is not active", operation: "look up the storage pool")
        }
        return pool
    }

    func volume(path: String) -> VolumeInfo? {
        pools.values.lazy.filter(\.info.isActive).flatMap(\.volumes.values).first { $0.path == path }
    }
}

extension LibvirtError {
    fileprivate static func noVolume(_ message: String) -> LibvirtError {
        LibvirtError(
            code: .noStorageVolume,
            message: "Storage volume not found: \(message)",
            operation: "look up the volume"
        )
    }
}
