import CLibvirt
import Foundation
import Synchronization
import Wire

/// Owns a `virConnectPtr`.
///
/// Opened, used and closed on the threads of ``BlockingWorkers`` only: every libvirt call may block, closing too.
///
/// `@unchecked Sendable`: libvirt allows any thread to use a connection; `pointer` never changes, and ``close()`` runs
/// after the last use, when the workers have drained.
final class ConnectionHandle: @unchecked Sendable {
    let pointer: virConnectPtr
    let uri: HypervisorURI
    /// Whether the driver refused flags or functions it does not know; asked once per connection.
    let refusedFlags = Mutex<Set<String>>([])
    private let subscription = Mutex(Subscription())

    private struct Subscription {
        var isClosed = false
        /// Our number in the callback registry; nil before ``subscribe(_:)`` and after ``silence()``.
        var receiver: Int?
        /// libvirt's number of the lifecycle callback; nil for a driver without events.
        var lifecycle: CInt?
    }

    /// Opens the connection.
    ///
    /// The caller of virConnectOpen owns one reference and drops it with virConnectClose.
    init(opening uri: HypervisorURI) throws(LibvirtError) {
        // No authentication callbacks: whoever needs a password uses libvirt's own auth.conf.
        guard let pointer = virConnectOpen(uri.rawValue) else {
            var error = LibvirtError.last("virConnectOpen", on: nil)
            error.hypervisor = uri
            error.isConnectionLost = true
            throw error
        }
        self.pointer = pointer
        self.uri = uri
    }

    deinit {
        close()
    }

    /// Asks for lifecycle events and for the news of the connection's end.
    func subscribe(_ receiver: CallbackRegistry.Receiver) throws(LibvirtError) {
        let number = CallbackRegistry.shared.add(receiver)
        subscription.withLock { $0.receiver = number }
        let opaque = UnsafeMutableRawPointer(bitPattern: number)
        let lifecycle = cms_register_lifecycle(pointer, domainLifecycleCallback, opaque)
        if lifecycle < 0 {
            let error = LibvirtError.last("virConnectDomainEventRegisterAny", on: self)
            // A driver without events is polled all the same.
            guard error.code == .noSupport else { throw error }
        } else {
            subscription.withLock { $0.lifecycle = lifecycle }
        }
        virConnectRegisterCloseCallback(pointer, connectionClosedCallback, opaque, nil)
    }

    /// Hears nothing any more; does not block.
    func silence() {
        let number = subscription.withLock { $0.receiver.take() }
        if let number { CallbackRegistry.shared.remove(number) }
    }

    /// Unsubscribes and drops our reference, once.
    ///
    /// Domains and networks hold references of their own.
    func close() {
        silence()
        let lifecycle: CInt?? = subscription.withLock { state in
            guard !state.isClosed else { return nil }
            state.isClosed = true
            return .some(state.lifecycle.take())
        }
        guard let lifecycle else { return }
        // The close callback holds a reference to the connection until it is unregistered.
        virConnectUnregisterCloseCallback(pointer, connectionClosedCallback)
        if let lifecycle { virConnectDomainEventDeregisterAny(pointer, lifecycle) }
        virConnectClose(pointer)
    }

    /// Turns libvirt's -1 into an error; on the thread that made the call.
    @discardableResult
    func check(_ result: CInt, _ operation: @autoclosure () -> String) throws(LibvirtError) -> CInt {
        guard result >= 0 else { throw .last(operation(), on: self) }
        return result
    }

    /// Turns libvirt's NULL into an error; on the thread that made the call.
    func check<Value>(_ result: Value?, _ operation: @autoclosure () -> String) throws(LibvirtError) -> Value {
        guard let result else { throw .last(operation(), on: self) }
        return result
    }

    /// Makes a call with flags that older or simpler drivers refuse, and without them where they do.
    func withOptionalFlags<Value>(
        _ flags: UInt32,
        name: String,
        _ call: (UInt32) throws(LibvirtError) -> Value
    ) throws(LibvirtError) -> Value {
        if refusedFlags.withLock({ $0.contains(name) }) { return try call(0) }
        do {
            return try call(flags)
        } catch  where error.code == .invalidArgument || error.code == .argumentUnsupported {
            let value = try call(0)
            refusedFlags.withLock { _ = $0.insert(name) }
            return value
        }
    }
}

/// Takes a string that libvirt allocated for the caller, who has to free it.
func takeString(_ pointer: UnsafeMutablePointer<CChar>) -> String {
    defer { free(pointer) }
    return String(cString: pointer)
}
