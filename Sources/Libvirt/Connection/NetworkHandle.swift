import CLibvirt
import Foundation

/// Owns a `virNetworkPtr`, and keeps its connection alive.
///
/// Lives only inside one call on a worker thread.
final class NetworkHandle {
    let pointer: virNetworkPtr
    let connection: ConnectionHandle

    /// Takes over the reference that a lookup or list function gave to its caller; freed with virNetworkFree.
    init(owning pointer: virNetworkPtr, of connection: ConnectionHandle) {
        self.pointer = pointer
        self.connection = connection
    }

    deinit {
        virNetworkFree(pointer)
    }

    /// The name; the string belongs to the network object and is copied here.
    var name: String { virNetworkGetName(pointer).map { String(cString: $0) } ?? "" }

    func isActive() throws(LibvirtError) -> Bool {
        try connection.check(virNetworkIsActive(pointer), "virNetworkIsActive(\(name))") == 1
    }

    func isPersistent() throws(LibvirtError) -> Bool {
        try connection.check(virNetworkIsPersistent(pointer), "virNetworkIsPersistent(\(name))") == 1
    }

    func xml(inactive: Bool = false) throws(LibvirtError) -> NetworkXML {
        guard inactive else { return try xml(flags: 0) }
        // libvirt's own simulation has one definition for both.
        let flags = VIR_NETWORK_XML_INACTIVE.rawValue
        return try connection.withOptionalFlags(flags, name: "inactive network") { flags throws(LibvirtError) in
            try xml(flags: flags)
        }
    }

    private func xml(flags: UInt32) throws(LibvirtError) -> NetworkXML {
        let text = try connection.check(virNetworkGetXMLDesc(pointer, flags), "virNetworkGetXMLDesc(\(name))")
        return try NetworkXML(takeString(text))
    }
}

extension ConnectionHandle {
    /// Looks a network up; the caller owns the reference.
    func network(_ name: String) throws(LibvirtError) -> NetworkHandle {
        let pointer = try check(virNetworkLookupByName(pointer, name), "virNetworkLookupByName(\(name))")
        return NetworkHandle(owning: pointer, of: self)
    }

    /// All networks, active or not.
    func allNetworks() throws(LibvirtError) -> [NetworkHandle] {
        var list: UnsafeMutablePointer<virNetworkPtr?>?
        let count = try check(virConnectListAllNetworks(pointer, &list, 0), "virConnectListAllNetworks")
        // The caller frees the array and owns each element.
        defer { free(list) }
        guard let list else { return [] }
        return (0..<Int(count)).compactMap { index in list[index].map { NetworkHandle(owning: $0, of: self) } }
    }
}
