import NIOCore
import ServiceLifecycle
import Synchronization

/// Stops a server from accepting connections a moment before the server itself is shut down.
///
/// A connection that is accepted while Hummingbird's server closes is dropped halfway through its set-up, for which
/// NIO ends the process ("Deinited NIOAsyncWriter without calling finish()"). So this service stands *after* the server
/// in a service group, which stops the last service first: it turns accepting off and lets what is under way arrive.
package final class AcceptStopper: Service {
    private let channel = Mutex<(any Channel)?>(nil)
    private let loops: any EventLoopGroup

    /// A stopper for a server that runs on `loops`.
    package init(loops: any EventLoopGroup) {
        self.loops = loops
    }

    /// Takes the listening channel; to be called from the server's `onServerRunning`.
    package func serverIsRunning(on channel: any Channel) {
        self.channel.withLock { $0 = channel }
    }

    /// Waits for the shutdown, then turns accepting off.
    package func run() async throws {
        try? await gracefulShutdown()
        guard let channel = channel.withLock({ $0 }), channel.isActive else { return }
        try? await channel.setOption(.autoRead, value: false).get()
        // A connection in set-up goes from the accepting loop to its own and back again.
        for _ in 0..<2 {
            for loop in loops.makeIterator() { try? await loop.submit {}.get() }
        }
        try? await Task.sleep(for: .milliseconds(20))
    }
}
