// Errors that arise on this side of the socket.
extension LibvirtError {
    /// There is no connection.
    static func notConnected(
        to uri: HypervisorURI,
        operation: String = "use the connection",
        message: String = "not connected"
    ) -> LibvirtError {
        LibvirtError(
            code: .noConnect,
            message: message,
            operation: operation,
            hypervisor: uri,
            isConnectionLost: true
        )
    }

    /// The object is in a state in which this cannot be done.
    static func invalid(_ message: String, operation: String) -> LibvirtError {
        LibvirtError(code: .operationInvalid, message: message, operation: operation)
    }
}
