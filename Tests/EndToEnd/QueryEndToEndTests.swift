import Foundation
import Testing

extension EndToEndTests {
    /// A Prometheus server with an exporter of one number, which the test writes into a file.
    private struct Queue: Sendable {
        static let server = "127.0.0.1:9098"
        private static let exporter = 9099
        let folder: String

        init(in directory: String) throws {
            folder = directory + "/queue"
            try FileManager.default.createDirectory(atPath: folder + "/site", withIntermediateDirectories: true)
            let configuration = """
                global: {scrape_interval: 1s, scrape_timeout: 1s}
                scrape_configs: [{job_name: queue, static_configs: [{targets: ["127.0.0.1:\(Self.exporter)"]}]}]
                """
            try Data(configuration.utf8).write(to: URL(fileURLWithPath: folder + "/prometheus.yml"))
        }

        func set(_ length: Int) throws {
            try Data("queue_length \(length)\n".utf8)
                .write(to: URL(fileURLWithPath: folder + "/site/metrics"), options: .atomic)
        }

        func startExporter() throws -> Program {
            try Program(
                [
                    "/usr/bin/python3", "-m", "http.server", "--bind", "127.0.0.1", "--directory", folder + "/site",
                    "\(Self.exporter)",
                ],
                output: folder + "/exporter.log",
                errors: nil
            )
        }

        func startPrometheus() throws -> Program {
            try Program(
                [
                    "/usr/bin/prometheus", "--config.file=\(folder)/prometheus.yml",
                    "--storage.tsdb.path=\(folder)/data", "--web.listen-address=\(Self.server)",
                ],
                output: folder + "/prometheus.log",
                errors: nil
            )
        }
    }

    @Test(
        "a PromQL rule sizes the group; while Prometheus is away for a minute nothing shrinks, and an event says why",
        .timeLimit(.minutes(8))
    )
    func ruledByQuery() async throws {
        try await world.reset()
        let queue = try Queue(in: await world.directory)
        try await world.configure(
            """
            max: 2
            policy:
              on-starved: scale-out
              rules:
                - prometheus:
                    url: http://\(Queue.server)
                    query: sum(queue_length)
                    per-instance: 10
                    interval: 1s
                    timeout: 1s
                    max-age: 10s
              scale-in: {window: 5s}

            """
        )
        try queue.set(5)
        let exporter = try queue.startExporter()
        defer { if !exporter.hasEnded { exporter.signal(SIGTERM) } }
        var prometheus = try queue.startPrometheus()
        defer { if !prometheus.hasEnded { prometheus.signal(SIGTERM) } }
        try await world.startController()
        try await world.waitFor("instance.probed", "vm1", within: .seconds(120))
        #expect(try await world.endpoints() == ["vm1"])

        var mark = await world.events.count
        try queue.set(20)
        let order = try await world.waitFor("scale-out.decided", skip: mark, within: .seconds(30))
        #expect(order.detail?.contains("`sum(queue_length)` is 20, 10 for each instance needs 2") == true)
        try await world.waitFor("instance.probed", "vm2", within: .seconds(120))
        try await wait(for: "both to serve", within: .seconds(20)) {
            try await world.endpoints() == ["vm1", "vm2"] ? true : nil
        }

        mark = await world.events.count
        prometheus.signal(SIGTERM)
        _ = try await prometheus.end(within: .seconds(20))
        try queue.set(0)
        let failed = try await world.waitFor("query.failed", skip: mark, within: .seconds(15))
        #expect(failed.detail?.contains("`sum(queue_length)` has no value (the connection was refused") == true)
        #expect(failed.detail?.contains(Queue.server) == true && failed.detail?.contains("on-gap hold") == true)
        for _ in 0..<60 {
            #expect(try await world.endpoints() == ["vm1", "vm2"])
            try await Task.sleep(for: .seconds(1))
        }
        #expect(await world.events.dropFirst(mark).allSatisfy { $0.event != "scale-in.decided" })
        let status = try await world.command("status", "--why")
        #expect(status.contains("query     sum(queue_length): no value from http://\(Queue.server)"), "\(status)")

        mark = await world.events.count
        prometheus = try queue.startPrometheus()
        try await world.waitFor("query.recovered", skip: mark, within: .seconds(30))
        let shrunk = try await world.waitFor("scale-in.decided", skip: mark, within: .seconds(30))
        #expect(shrunk.detail?.contains("`sum(queue_length)` is 0") == true)
        try await wait(for: "one to serve", within: .seconds(60)) {
            try await world.endpoints()?.count == 1 ? true : nil
        }
        exporter.signal(SIGTERM)
        _ = try await exporter.end(within: .seconds(20))
        prometheus.signal(SIGTERM)
        _ = try await prometheus.end(within: .seconds(20))
    }
}
