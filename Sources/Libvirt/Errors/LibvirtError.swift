import Wire

/// What libvirt, or the connection to it, refused.
///
/// `code`, `domain` and `message` are libvirt's own (`virError`); `operation` says what was asked of it. Errors that
/// arise on this side of the socket (not connected, deadline passed, malformed XML) use the libvirt code that means
/// the same, so that a caller needs one kind of `switch`.
package struct LibvirtError: Error, Sendable, Equatable {
    /// What went wrong, as libvirt numbers it.
    package var code: Code
    /// The part of libvirt that raised it (`virErrorDomain`): 7 is the RPC layer, 10 the QEMU driver; 0 when the
    /// error arose here.
    package var domain: Int
    /// libvirt's sentence, or ours where libvirt was not reached.
    ///
    /// Never contains a credential.
    package var message: String
    /// The function or step that failed, such as `virDomainCreateWithFlags(vm2)`.
    package var operation: String
    /// The hypervisor it happened on, if one was chosen already.
    package var hypervisor: HypervisorURI?
    /// Whether the connection is gone: the call may be repeated after a ``ConnectionEvent/connected``.
    ///
    /// A mutating call that ends so, or in ``Code/timedOut``, may or may not have had its effect: look before repeating.
    package var isConnectionLost: Bool

    /// Makes an error.
    package init(
        code: Code,
        domain: Int = 0,
        message: String,
        operation: String,
        hypervisor: HypervisorURI? = nil,
        isConnectionLost: Bool = false
    ) {
        self.code = code
        self.domain = domain
        self.message = message
        self.operation = operation
        self.hypervisor = hypervisor
        self.isConnectionLost = isConnectionLost
    }
}

extension LibvirtError: CustomStringConvertible {
    /// One line: what failed, where, why, and what to do about it when that is known.
    package var description: String {
        var text = "\(operation) failed"
        if let hypervisor { text += " on \(hypervisor)" }
        text += ": \(message) (libvirt error \(code.rawValue), \(code))"
        if let remedy { text += ". \(remedy)" }
        return text
    }
}
