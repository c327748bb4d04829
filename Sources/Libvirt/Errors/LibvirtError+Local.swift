import Wire

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

extension LibvirtError {
    /// The same error without these texts: a complaint about XML may quote it.
    func hiding(_ secrets: [String]) -> LibvirtError {
        var error = self
        for secret in secrets where !secret.isEmpty {
            error.message = error.message.replacing(secret, with: "…")
            error.message = error.message.replacing(escapeXML(secret, isAttribute: false), with: "…")
        }
        return error
    }

    /// libvirt's close callback was called (`virConnectCloseReason`).
    static func closed(_ uri: HypervisorURI, reason: Int) -> LibvirtError {
        let message =
            switch reason {
            case 1: "the hypervisor closed the connection"
            case 2: "the hypervisor did not answer keep-alive messages"
            case 3: "the connection was closed on this side"
            default: "the connection broke with an I/O error"
            }
        return notConnected(to: uri, operation: "keep the connection", message: message)
    }
}
