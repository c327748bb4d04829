import CLibvirt
import Foundation

/// Owns a `virStoragePoolPtr`, and keeps its connection alive.
///
/// Lives only inside one call on a worker thread.
final class StoragePoolHandle {
    let pointer: virStoragePoolPtr
    let connection: ConnectionHandle

    /// Takes over the reference that a lookup or list function gave to its caller; freed with virStoragePoolFree.
    init(owning pointer: virStoragePoolPtr, of connection: ConnectionHandle) {
        self.pointer = pointer
        self.connection = connection
    }

    deinit {
        virStoragePoolFree(pointer)
    }

    /// The name; the string belongs to the pool object and is copied here.
    var name: String { virStoragePoolGetName(pointer).map { String(cString: $0) } ?? "" }

    func info() throws(LibvirtError) -> StoragePoolInfo {
        var raw = virStoragePoolInfo()
        try connection.check(virStoragePoolGetInfo(pointer, &raw), "virStoragePoolGetInfo(\(name))")
        let text = try connection.check(virStoragePoolGetXMLDesc(pointer, 0), "virStoragePoolGetXMLDesc(\(name))")
        let xml = try XMLTree.parse(takeString(text), root: "pool")
        let isActive =
            raw.state == CInt(VIR_STORAGE_POOL_RUNNING.rawValue)
            || raw.state == CInt(VIR_STORAGE_POOL_DEGRADED.rawValue)
        return StoragePoolInfo(
            name: name,
            isActive: isActive,
            path: xml.child("target")?.child("path")?.text,
            capacity: isActive ? raw.capacity : nil,
            available: isActive ? raw.available : nil
        )
    }

    /// Looks a volume up by its name; the caller owns the reference.
    func volume(_ name: String) throws(LibvirtError) -> VolumeHandle {
        let pointer = try connection.check(
            virStorageVolLookupByName(pointer, name),
            "virStorageVolLookupByName(\(self.name)/\(name))"
        )
        return VolumeHandle(owning: pointer, of: connection)
    }
}

/// Owns a `virStorageVolPtr`, and keeps its connection alive.
///
/// Lives only inside one call on a worker thread.
final class VolumeHandle {
    let pointer: virStorageVolPtr
    let connection: ConnectionHandle

    /// Takes over the reference that a lookup or create function gave to its caller; freed with virStorageVolFree.
    init(owning pointer: virStorageVolPtr, of connection: ConnectionHandle) {
        self.pointer = pointer
        self.connection = connection
    }

    deinit {
        virStorageVolFree(pointer)
    }

    /// The name; the string belongs to the volume object and is copied here.
    var name: String { virStorageVolGetName(pointer).map { String(cString: $0) } ?? "" }

    func info() throws(LibvirtError) -> VolumeInfo {
        let owner = try connection.check(virStoragePoolLookupByVolume(pointer), "virStoragePoolLookupByVolume(\(name))")
        let pool = StoragePoolHandle(owning: owner, of: connection)
        let text = try connection.check(virStorageVolGetXMLDesc(pointer, 0), "virStorageVolGetXMLDesc(\(name))")
        let path = try connection.check(virStorageVolGetPath(pointer), "virStorageVolGetPath(\(name))")
        let xml = try VolumeXML(takeString(text))
        return VolumeInfo(
            reference: VolumeReference(pool: pool.name, name: name),
            path: takeString(path),
            format: xml.format,
            capacity: xml.capacity ?? 0,
            allocation: xml.allocation ?? 0,
            backing: xml.backing
        )
    }
}

extension ConnectionHandle {
    /// Looks a pool up; the caller owns the reference.
    func storagePool(_ name: String) throws(LibvirtError) -> StoragePoolHandle {
        let pool = try check(virStoragePoolLookupByName(pointer, name), "virStoragePoolLookupByName(\(name))")
        return StoragePoolHandle(owning: pool, of: self)
    }

    /// Looks a volume of any active pool up by its path; the caller owns the reference.
    func volume(path: String) throws(LibvirtError) -> VolumeHandle {
        let volume = try check(virStorageVolLookupByPath(pointer, path), "virStorageVolLookupByPath(\(path))")
        return VolumeHandle(owning: volume, of: self)
    }

    /// All pools, active or not.
    func allStoragePools() throws(LibvirtError) -> [StoragePoolHandle] {
        var list: UnsafeMutablePointer<virStoragePoolPtr?>?
        let count = try check(virConnectListAllStoragePools(pointer, &list, 0), "virConnectListAllStoragePools")
        // The caller frees the array and owns each element.
        defer { free(list) }
        guard let list else { return [] }
        return (0..<Int(count)).compactMap { index in list[index].map { StoragePoolHandle(owning: $0, of: self) } }
    }
}
