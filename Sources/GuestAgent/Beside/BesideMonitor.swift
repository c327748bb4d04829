import AsyncHTTPClient
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServiceLifecycle
import Shared
import Synchronization
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Watches a service that clients reach without the agent: connections and CPU time from the kernel, requests and their
/// times from the service's own page of metrics; has it finish when the guest is drained.
final class BesideMonitor: Service, LoadSource {
    private struct Figures {
        var connections: Int?
        var page: (text: PrometheusPage, at: ContinuousClock.Instant)?
        var requestsPerSecond: Double?
        var times: ServiceTimeWindow.Summary?
        var cpu: (microseconds: UInt64, at: ContinuousClock.Instant)?
        var cpuPerSecond: Double?
        var isTold = false
    }

    /// The largest page of metrics that is read.
    private static let largestPage = 4 << 20
    private static let longestCommand = Duration.seconds(30)
    private let service: BesideService
    private let status: AgentStatus
    private let client: HTTPClient
    private let logger: Logger
    private let figures = Mutex(Figures())
    private let failures = Mutex(RepeatFilter())

    init(service: BesideService, status: AgentStatus, client: HTTPClient, logger: Logger) {
        self.service = service
        self.status = status
        self.client = client
        self.logger = logger
    }

    var workload: Workload {
        let now = figures.withLock { $0 }
        let gauge = service.metrics?.inFlight.flatMap { now.page?.text.sums[$0] }.map { Int(min(max($0, 0), 1e9)) }
        return Workload(inFlight: gauge ?? now.connections, connections: now.connections)
    }

    var answered: UInt64? { nil }
    var requestsPerSecond: Double? { figures.withLock { $0.requestsPerSecond } }
    var unfinished: Unfinished { figures.withLock { $0.connections.map { .counted($0) } ?? .unknown } }

    func serviceTimes(now: ContinuousClock.Instant) -> ServiceTimeWindow.Summary? { figures.withLock { $0.times } }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                while true {
                    await self.look()
                    try await Task.sleep(for: self.service.interval)
                }
            }
        } catch is CancellationError {}
    }

    private func look() async {
        let connections = SocketDiagnosis.established(port: service.port)
        let cpu = service.controlGroup.flatMap(ControlGroup.cpuMicroseconds)
        let now = ContinuousClock.now
        figures.withLock { figures in
            figures.connections = connections
            if let cpu, let before = figures.cpu, cpu >= before.microseconds, now > before.at {
                figures.cpuPerSecond = Double(cpu - before.microseconds) / 1e6 / (now - before.at).seconds
            } else {
                figures.cpuPerSecond = nil
            }
            figures.cpu = cpu.map { ($0, now) }
        }
        await readPage()
        await finishIfDraining()
    }

    // MARK: - The service's own page

    private func readPage() async {
        guard let metrics = service.metrics else { return }
        do {
            let text = try await withDeadline(service.timeout) { [client, service] in
                let response = try await client.execute(
                    ServiceCheck.request(metrics.url),
                    timeout: TimeAmount(service.timeout)
                )
                guard response.status == .ok else { throw Unusable(description: "status \(response.status.code)") }
                return String(buffer: try await response.body.collect(upTo: Self.largestPage))
            }
            take(text, metrics, now: .now)
            failures.withLock { $0.reset() }
        } catch {
            // Old figures are none.
            figures.withLock { ($0.page, $0.requestsPerSecond, $0.times) = (nil, nil, nil) }
            let reason = NetworkFailure(error).map { "\($0)" } ?? ErrorText.of(error)
            guard failures.withLock({ $0.passes(reason) }) else { return }
            logger.warning(
                "the service's metrics cannot be read",
                metadata: ["url": "\(metrics.url)", "reason": "\(reason)"]
            )
        }
    }

    private func take(_ text: String, _ metrics: ServiceMetrics, now: ContinuousClock.Instant) {
        let count = metrics.duration.map { $0 + "_count" }
        let names = Set([metrics.inFlight, count, metrics.duration.map { $0 + "_sum" }].compactMap { $0 })
        let page = PrometheusPage(text, names: names, histogram: metrics.duration)
        figures.withLock { figures in
            defer { figures.page = (page, now) }
            figures.requestsPerSecond = nil
            figures.times = nil
            guard let count, let before = figures.page, let new = page.sums[count], let old = before.text.sums[count],
                // A counter that fell began anew.
                new >= old, now > before.at
            else { return }
            let rate = (new - old) / (now - before.at).seconds
            figures.requestsPerSecond = rate
            guard new > old, let p50 = page.quantile(0.5, since: before.text),
                let p99 = page.quantile(0.99, since: before.text)
            else { return }
            let perRequest = figures.cpuPerSecond.map { $0 / rate }
            figures.times = ServiceTimeWindow.Summary(
                count: Int(min(new - old, 1e9)),
                p50: p50,
                p99: p99,
                meanCPU: perRequest
            )
        }
    }

    // MARK: - The end

    private func finishIfDraining() async {
        let isDraining = status.isDraining
        let mustTell = figures.withLock { figures in
            defer { figures.isTold = isDraining }
            return isDraining && !figures.isTold
        }
        guard mustTell, let command = service.drainCommand else { return }
        do {
            try await ShellCommand.run(command, within: Self.longestCommand)
            logger.info("the drain command has run", metadata: ["command": "\(command)"])
        } catch {
            logger.error(
                "the drain command failed; connections end by themselves or at the drain timeout",
                metadata: ["command": "\(command)", "reason": "\(ErrorText.of(error))"]
            )
        }
    }

    private struct Unusable: Error, CustomStringConvertible {
        let description: String
    }
}
