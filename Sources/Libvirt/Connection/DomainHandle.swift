import CLibvirt
import Foundation

/// Owns a `virDomainPtr`, and keeps its connection alive.
///
/// Lives only inside one call on a worker thread.
final class DomainHandle {
    let pointer: virDomainPtr
    let connection: ConnectionHandle

    /// Takes over the reference that a lookup or list function gave to its caller; freed with virDomainFree.
    init(owning pointer: virDomainPtr, of connection: ConnectionHandle) {
        self.pointer = pointer
        self.connection = connection
    }

    deinit {
        virDomainFree(pointer)
    }

    /// Canonical lower-case UUID.
    var uuid: String { uuidString(ofDomain: pointer) }

    /// The name; the string belongs to the domain object and is copied here.
    var name: String { virDomainGetName(pointer).map { String(cString: $0) } ?? "" }

    /// libvirt's number of an active domain.
    var id: Int? {
        let id = virDomainGetID(pointer)
        return id == .max ? nil : Int(id)
    }

    func state() throws(LibvirtError) -> DomainState {
        var state: CInt = 0
        try connection.check(virDomainGetState(pointer, &state, nil, 0), "virDomainGetState(\(name))")
        return DomainState(number: Int(state))
    }

    /// Why a domain that is shut off is so (`virDomainShutoffReason`); nil while it is active.
    func shutOffReason() throws(LibvirtError) -> Int? {
        var (state, reason): (CInt, CInt) = (0, 0)
        try connection.check(virDomainGetState(pointer, &state, &reason, 0), "virDomainGetState(\(name))")
        return DomainState(number: Int(state)) == .shutOff ? Int(reason) : nil
    }

    func hasManagedSave() throws(LibvirtError) -> Bool {
        try connection.check(virDomainHasManagedSaveImage(pointer, 0), "virDomainHasManagedSaveImage(\(name))") == 1
    }

    func removeManagedSave() throws(LibvirtError) {
        guard try hasManagedSave() else { return }
        do {
            try CallPermit.check("virDomainManagedSaveRemove(\(name))")
            try connection.check(virDomainManagedSaveRemove(pointer, 0), "virDomainManagedSaveRemove(\(name))")
        } catch {
            // Somebody else was first.
            guard !error.isConnectionLost, (try? hasManagedSave()) == false else { throw error }
        }
    }

    func isPersistent() throws(LibvirtError) -> Bool {
        try connection.check(virDomainIsPersistent(pointer), "virDomainIsPersistent(\(name))") == 1
    }

    func xml(_ flags: virDomainXMLFlags...) throws(LibvirtError) -> String {
        let flags = flags.reduce(0) { $0 | $1.rawValue }
        return takeString(try connection.check(virDomainGetXMLDesc(pointer, flags), "virDomainGetXMLDesc(\(name))"))
    }
}

/// Canonical lower-case UUID of a domain that somebody else owns.
func uuidString(ofDomain pointer: virDomainPtr) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(VIR_UUID_STRING_BUFLEN)) { buffer in
        guard let base = buffer.baseAddress, virDomainGetUUIDString(pointer, base) == 0 else { return "" }
        return String(cString: base).lowercased()
    }
}

extension ConnectionHandle {
    /// Looks a domain up; the caller owns the reference.
    func domain(_ uuid: String) throws(LibvirtError) -> DomainHandle {
        let pointer = try check(virDomainLookupByUUIDString(pointer, uuid), "virDomainLookupByUUIDString(\(uuid))")
        return DomainHandle(owning: pointer, of: self)
    }

    /// All domains that pass the filter.
    func allDomains(_ filter: UInt32 = 0) throws(LibvirtError) -> [DomainHandle] {
        var list: UnsafeMutablePointer<virDomainPtr?>?
        let count = try check(virConnectListAllDomains(pointer, &list, filter), "virConnectListAllDomains")
        // The caller frees the array and owns each element.
        defer { free(list) }
        guard let list else { return [] }
        return (0..<Int(count)).compactMap { index in list[index].map { DomainHandle(owning: $0, of: self) } }
    }
}
