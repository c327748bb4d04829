import CLibvirt
import Foundation

/// What libvirt needs once per process: the event loop on a thread of its own, and silence on stderr.
enum LibvirtRuntime {
    /// Starts it on first use; later uses wait for the first and do nothing.
    ///
    /// libvirt wants the event implementation registered before the first connection is opened.
    static func start() {
        _ = started
    }

    private static let started: Bool = {
        virSetErrorFunc(nil, discardError)
        // libvirt's client writes to its socket without MSG_NOSIGNAL: a libvirtd that dies between poll and write would
        // take this process along.
        signal(SIGPIPE, SIG_IGN)
        guard virEventRegisterDefaultImpl() == 0 else { return false }
        // The timer wakes the loop even when a descriptor's registration was missed; it does nothing else.
        virEventAddTimeout(1000, wake, nil, nil)
        let thread = Thread {
            while true {
                // A failing poll must not become a busy loop.
                if virEventRunDefaultImpl() < 0 { Thread.sleep(forTimeInterval: 0.1) }
            }
        }
        thread.name = "libvirt-events"
        thread.start()
        return true
    }()
}

// libvirt calls these on threads of its own, so they are ordinary functions: a closure literal might be inferred to
// belong to an actor and trap.

/// Errors are thrown; libvirt's own line on stderr would repeat them.
private func discardError(opaque: UnsafeMutableRawPointer?, error: virErrorPtr?) {}

private func wake(timer: CInt, opaque: UnsafeMutableRawPointer?) {}
