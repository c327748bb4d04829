import CLibvirt
import Synchronization

/// Where libvirt's callbacks find their way back into Swift.
///
/// The `opaque` pointer of a callback is a number that is looked up here, not an object: libvirt may still be inside a
/// callback when it is deregistered, and drivers without a close callback accept the registration and never free what
/// came with it. A number that is no longer here is ignored, and nothing leaks.
final class CallbackRegistry: Sendable {
    static let shared = CallbackRegistry()

    /// What one session wants to hear; called on the event thread, so it must not block.
    struct Receiver: Sendable {
        var lifecycle: @Sendable (LifecycleEvent) -> Void
        var closed: @Sendable (_ reason: CInt) -> Void
    }

    private struct State {
        var next = 1
        var receivers: [Int: Receiver] = [:]
    }

    private let state = Mutex(State())

    /// Keeps the receiver until ``remove(_:)`` and returns its number, which is never 0.
    func add(_ receiver: Receiver) -> Int {
        state.withLock { state in
            defer { state.next += 1 }
            state.receivers[state.next] = receiver
            return state.next
        }
    }

    func remove(_ number: Int) {
        state.withLock { _ = $0.receivers.removeValue(forKey: number) }
    }

    func receiver(_ opaque: UnsafeMutableRawPointer?) -> Receiver? {
        let number = Int(bitPattern: opaque)
        return state.withLock { $0.receivers[number] }
    }
}

// libvirt calls these on the event thread, so they are ordinary functions: a closure literal might be inferred to
// belong to an actor and trap.

/// `virConnectDomainEventCallback`; connection and domain belong to libvirt and are good only during the call.
func domainLifecycleCallback(
    connection: virConnectPtr?,
    domain: virDomainPtr?,
    event: CInt,
    detail: CInt,
    opaque: UnsafeMutableRawPointer?
) -> CInt {
    guard let domain, let receiver = CallbackRegistry.shared.receiver(opaque) else { return 0 }
    let name = virDomainGetName(domain).map { String(cString: $0) } ?? ""
    receiver.lifecycle(
        LifecycleEvent(uuid: uuidString(ofDomain: domain), name: name, number: Int(event), detail: Int(detail))
    )
    return 0
}

/// `virConnectCloseFunc`; must not close the connection itself.
func connectionClosedCallback(connection: virConnectPtr?, reason: CInt, opaque: UnsafeMutableRawPointer?) {
    CallbackRegistry.shared.receiver(opaque)?.closed(reason)
}
