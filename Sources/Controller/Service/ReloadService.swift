import Orchestration
import ServiceLifecycle
import UnixSignals

/// Reads the configuration anew on SIGHUP.
package struct ReloadService: Service {
    let reloader: Reloader

    package func run() async throws {
        guard reloader.load != nil else {
            try? await gracefulShutdown()
            return
        }
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            // What is wrong with it stands in the events.
            _ = try? await reloader.reload(by: "signal")
        }
    }
}
