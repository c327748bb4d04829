import Autoscaling
import Foundation
import Libvirt
import NIOPosix
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import Controller
@testable import EmbeddedStore
@testable import Operator
@testable import Orchestration
@testable import Reports

@Suite("Errors in plain words", .timeLimit(.minutes(1)))
struct PlainErrorTests {
    /// A directory that is gone after the test.
    func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        return try await body(path)
    }

    /// What an operator reads who asks the controller on that port.
    func answer(port: Int) async throws -> String {
        try await withDirectory { path in
            _ = try StateDirectory(path: path).authority(now: Date())
            let client = try OperatorClient(
                controllers: ControllerList(HostPort(host: "127.0.0.1", port: port)),
                stateDirectory: path,
                name: "local"
            )
            do {
                _ = try await client.groups()
                return "answered"
            } catch {
                return "\(error)"
            }
        }
    }

    @Test("an operator reads that nothing listens there, and nothing of resets")
    func refused() async throws {
        let port = try await LoopbackPort.free()
        let text = try await answer(port: port)
        #expect(
            text
                == "the controller at 127.0.0.1:\(port) cannot be asked: the connection was refused: no program listens "
                + "on that port; does it run there?"
        )
    }

    @Test("an operator reads that there is no TLS on that port, or that the other side closed")
    func others() async throws {
        let plain = try await RawServer.run(.says("HTTP/1.1 400 Bad Request\r\n\r\n")) { try await answer(port: $0) }
        #expect(plain.contains("does not speak TLS"), "\(plain)")
        let closed = try await RawServer.run(.closes) { try await answer(port: $0) }
        #expect(closed.contains("the other side closed the connection"), "\(closed)")
    }

    @Test(
        "a line that is JSON and no trace is named with its number, its key and what to give",
        arguments: [
            ("\n\n{\"a\": 1}\n", 3, "the key 'tick' is missing"), ("{\"a\": 1}", 1, "the key 'tick' is missing"),
            ("{\"header\": {\"version\": 1}}\n", 1, "the key 'header.group' is missing"),
            ("[1, 2]\n", 1, "it is not"),
            ("{\"header\": {\"version\": \"x\"}}\n", 1, "'header.version' is not a whole number"),
            ("{\"header\"\n{}\n", 1, "it is not JSON"),
            ("{\"tick\": {\"decision\": 3}}\n", 1, "'tick.decision' is not"),
        ]
    )
    func trace(text: String, line: Int, expected: String) async throws {
        try await withDirectory { path in
            let file = "\(path)/t.jsonl"
            try Data(text.utf8).write(to: URL(fileURLWithPath: file))
            let error = #expect(throws: SimulationRun.Failure.self) { try SimulationRun.replay(file) }
            let words = error?.description ?? ""
            #expect(words.hasPrefix("\(file), line \(line) is no line of a trace: "), "\(words)")
            #expect(words.contains(expected) && words.contains("trace-GROUP.jsonl"), "\(words)")
            #expect(!words.contains("DecodingError") && !words.contains("CodingKey"), "\(words)")
        }
    }

    @Test("join tokens never begin with a dash")
    func tokens() {
        // One in 64 would.
        #expect(!(0..<4000).contains { _ in JoinToken().secret.hasPrefix("-") })
    }

    @Test("a token made beside a running controller names the port that it listens on")
    func tokenPort() async throws {
        try await withLab { lab in
            _ = lab.hypervisor.addDomain("vm1")
            let running = try await lab.start()
            let configuration = ControllerConfiguration(
                hosts: try CIDR(parsing: lab.hosts),
                uri: lab.hypervisor.uri,
                listen: HostPort(host: "0.0.0.0", port: 7000),
                stateDirectory: lab.path,
                policy: .init(),
                interval: .seconds(1),
                limits: lab.limits,
                issuing: IssuingPolicy(),
                advertise: [],
                logFile: nil
            )
            let maker = TokenMaker(configuration: configuration, hypervisor: lab.hypervisor)
            let beside = try await maker.make(domain: "vm1", lifetime: .seconds(60))
            #expect(beside.controller == "127.0.0.1:\(running.port)")
            await running.stop()
            let alone = try await maker.make(domain: "vm1", lifetime: .seconds(60))
            #expect(alone.controller.hasSuffix(":7000"))
        }
    }
}
