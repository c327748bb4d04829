import Client
import ServiceLifecycle
import UnixSignals

#if canImport(Glibc)
import Glibc
#endif

/// Turns the first interrupt into a wish to stop; the second ends the program at once.
struct SignalService: Service {
    let stop: StopSignal
    let terminal: Terminal?

    func run() async throws {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        for await signal in signals.cancelOnGracefulShutdown() where !stop.request() {
            terminal?.restore()
            // What a shell reports for a program that a signal ended.
            exit(128 + (signal == .sigterm ? SIGTERM : SIGINT))
        }
    }
}
