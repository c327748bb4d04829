import CLibvirt

extension LibvirtError {
    /// Copies the calling thread's last libvirt error; call it on the thread of the failed call, before anything else.
    ///
    /// The memory belongs to libvirt and lives until the thread's next call, hence the copy.
    ///
    /// `operation` says what failed. It is evaluated after the copy, since it may ask libvirt for a name, which clears the
    /// error.
    static func last(_ operation: @autoclosure () -> String, on connection: ConnectionHandle?) -> LibvirtError {
        var error = LibvirtError(
            code: .internalError,
            message: "libvirt gave no reason",
            operation: "",
            hypervisor: connection?.uri
        )
        if let raw = virGetLastError()?.pointee {
            error.code = Code(rawValue: Int(raw.code))
            error.domain = Int(raw.domain)
            if let message = raw.message { error.message = String(cString: message) }
        }
        virResetLastError()
        error.operation = operation()
        // Looks at the socket's state on this side only; -1 (a driver that cannot tell) is no proof of loss.
        let isDead = connection.map { virConnectIsAlive($0.pointer) == 0 } ?? false
        error.isConnectionLost = isDead || error.code == .noConnect || error.code == .invalidConnection
        return error
    }
}
