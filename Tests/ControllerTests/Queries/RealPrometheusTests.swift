import AsyncHTTPClient
import Foundation
import Hummingbird
import Shared
import TestSupport
import Testing

@testable import Autoscaling
@testable import Orchestration

extension SocketTests {
    @Suite("A Prometheus server that scrapes", .enabled(if: RealPrometheus.isThere))
    struct RealPrometheusAnswers {
        @Test("numbers are values; what is empty, several, not finite or no expression is none")
        func answers() async throws {
            try await RealPrometheus.run { url, client in
                func ask(_ expression: String) async -> Result<Double, QueryFailure> {
                    do {
                        return .success(try await client.ask(.sample(url, expression)).value)
                    } catch {
                        return .failure(error as? QueryFailure ?? QueryFailure(.unreachable, "\(error)"))
                    }
                }
                func failure(_ expression: String) async -> QueryFailure? {
                    if case .failure(let failure) = await ask(expression) { failure } else { nil }
                }
                try await waitUntil("it has scraped", within: .seconds(60)) {
                    await ask("sum(queue_length)") == .success(54)
                }
                #expect(await ask("scalar(sum(queue_length)) / 2") == .success(27))
                #expect(await ask(#"queue_length{host="a"}"#) == .success(30))
                #expect(await ask("sum(nothing) or vector(0)") == .success(0))
                #expect(await failure("queue_length")?.description.contains("2 elements") == true)
                #expect(await failure("sum(nothing)")?.description.contains("empty") == true)
                #expect(await failure("vector(0) / 0")?.description == "the value is NaN")
                #expect(await failure("vector(1) / 0")?.description == "the value is +Inf")
                #expect(await failure("queue_length[1m]")?.description.contains("matrix") == true)
                #expect(await failure("\"text\"")?.description.contains("string") == true)
                let wrong = await failure("sum(")
                #expect(wrong?.cause == .query && wrong?.description.contains("parse error") == true)
            }
        }
    }
}

/// Debian's Prometheus on loopback, with an exporter that it scrapes each second.
enum RealPrometheus {
    private static let program = "/usr/bin/prometheus"
    static let isThere = FileManager.default.isExecutableFile(atPath: program)

    /// Runs one while `body` does, which gets its URL and who asks it.
    static func run(_ body: @Sendable (String, HTTPPrometheusClient) async throws -> Void) async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let exporter = FakePrometheus(
            .body("queue_length{host=\"a\"} 30\nqueue_length{host=\"b\"} 24\n")
        )
        try await exporter.run { url in
            let target = url.dropFirst("http://".count)
            let configuration = """
                global: {scrape_interval: 1s, scrape_timeout: 1s}
                scrape_configs: [{job_name: exporter, static_configs: [{targets: ["\(target)"]}]}]
                """
            let file = folder.appendingPathComponent("prometheus.yml")
            try Data(configuration.utf8).write(to: file)
            let port = try await LoopbackPort.free()
            let process = Process()
            process.executableURL = URL(fileURLWithPath: program)
            process.arguments = [
                "--config.file=\(file.path)", "--storage.tsdb.path=\(folder.path)/data",
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
            ]
            try process.run()
            let client = HTTPClient.cms()
            let result: Result<Void, any Error>
            do {
                result = .success(try await body("http://127.0.0.1:\(port)", HTTPPrometheusClient(client: client)))
            } catch {
                result = .failure(error)
            }
            await client.shutDown(within: .milliseconds(100))
            process.terminate()
            try await waitUntil("Prometheus has ended") { !process.isRunning }
            try result.get()
        }
    }
}
