import Client
import ServiceLifecycle
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Shows how the run goes: four times a second on a terminal, each five seconds as a line elsewhere.
struct DisplayService: Service {
    let terminal: Terminal?
    let lines: LineFile?
    let recorder: RunRecorder
    let pool: EndpointPool
    let mode: LoadMode
    /// The controller's address; `nil` without one.
    let controller: String?
    let startedAt: Date

    func run() async throws {
        let interval: Duration = terminal != nil ? .milliseconds(250) : .seconds(5)
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                show()
                try? await ContinuousClock().sleep(for: interval)
            }
        }
        if terminal != nil { show() }
    }

    private func show() {
        let screen = RunScreen(
            mode: mode,
            controller: controller,
            startedAt: startedAt,
            now: Date(),
            revision: controller == nil ? nil : pool.revision,
            endpoints: pool.endpoints.map { endpoint in
                RunScreen.Row(
                    name: endpoint.name,
                    outstanding: pool.outstanding(endpoint.id),
                    ejected: pool.isEjected(endpoint.id)
                )
            },
            run: recorder.snapshot
        )
        if let terminal {
            let size = terminal.size
            terminal.draw(screen.lines(width: size.width, height: size.height))
        } else if let lines, let line = screen.statusLine {
            lines.write(line)
        }
    }
}
