import Foundation
import Glibc
import Wire

/// A controller, clients and VMs as one test found or made them; shared by the tests of a run, which go one by one.
actor World {
    static let shared = World()

    private var lab: Lab?
    private var controller: Program?
    private var configuration: String?
    private(set) var directory = ""
    private var hosts = Lab.hosts
    /// Where the controller is reached.
    private(set) var address = "\(Lab.hostAddress):7000"
    private var clients = 0

    /// A client program with the files it writes.
    struct Client: Sendable {
        let program: Program
        let eventsPath: String

        var records: [ClientRecord] { EndToEnd.records(ClientRecord.self, in: eventsPath) }
        var failures: [ClientRecord] { records.filter { $0.type == "failure" } }
        var answers: [ClientRecord] { records.filter { $0.type == "answer" } }
        var notices: [ClientRecord] { records.filter { $0.type == "notice" } }

        /// Ends it the orderly way and returns its exit status.
        func stop() async throws -> Int32 {
            program.signal(SIGINT)
            return try await program.end(within: .seconds(20))
        }
    }

    func theLab() throws -> Lab {
        if let lab { return lab }
        let made = try Lab()
        lab = made
        return made
    }

    var logPath: String { directory + "/controller.jsonl" }
    var identity: String { directory + "/client" }
    var log: [LogRecord] { EndToEnd.records(LogRecord.self, in: logPath) }
    var events: [LogRecord] { log.filter { $0.message == "event" } }

    /// Everything anew: VMs off with fresh disks, an empty state directory, no controller.
    func reset() async throws {
        let lab = try theLab()
        try await stopController()
        try await lab.reset("vm1", "vm2")
        setHosts(Lab.hosts)
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("cms-e2e-\(UUID())").path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        // The client, the guests and whatever else runs here share a few cores: a guest that is starved is nothing that
        // these tests are about.
        try configure("policy: {on-starved: scale-out}\n")
        try await lab.run(
            lab.distribution + "/cms-controller",
            "client",
            "add",
            "tester",
            "--out",
            identity,
            "--state-dir",
            directory + "/state"
        )
    }

    /// Starts the controller on the present state directory.
    func startController(_ options: String...) throws {
        let lab = try theLab()
        controller = try Program(
            [
                lab.distribution + "/cms-controller", "--hosts", hosts, "--state-dir", directory + "/state",
                "--log-format", "json", "--log-level", "trace", "--log-file", directory + "/autoscaler-log.txt",
            ] + (configuration.map { ["--config", $0] } ?? []) + options,
            output: directory + "/controller.out",
            errors: logPath
        )
    }

    /// Gives the next controller a configuration file.
    func configure(_ text: String) throws {
        let path = directory + "/cms.yaml"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        configuration = path
    }

    /// Has the next controller look for its instances in another range.
    ///
    /// - Parameters:
    ///   - range: The range.
    ///   - host: The host's own address there.
    func setHosts(_ range: String, host: String = Lab.hostAddress) {
        hosts = range
        address = "\(HostPort(host: host, port: 7000))"
    }

    /// Has the running controller take another configuration.
    func reload(_ text: String) async throws {
        try configure(text)
        let lab = try theLab()
        try await lab.run(
            lab.distribution + "/cms-controller",
            "reload",
            "--state-dir",
            directory + "/state"
        )
    }

    /// Runs one of the controller's commands for operators, and returns what it prints.
    @discardableResult
    func command(_ name: String, _ arguments: String...) async throws -> String {
        let lab = try theLab()
        let words = [lab.distribution + "/cms-controller", name, "--state-dir", directory + "/state"] + arguments
        return try await lab.run("/bin/sh", "-c", words.joined(separator: " "))
    }

    /// Ends the controller with kill -9.
    func killController() async throws {
        controller?.signal(SIGKILL)
        _ = try await controller?.end(within: .seconds(5))
        controller = nil
    }

    /// Ends the controller the orderly way, if it runs, and returns its exit status.
    @discardableResult
    func stopController() async throws -> Int32? {
        controller?.signal(SIGTERM)
        let status = try await controller?.end(within: .seconds(20))
        controller = nil
        return status
    }

    /// Waits for an event, counted from the `skip`-th line of the log.
    @discardableResult
    func waitFor(_ kind: String, _ instance: String? = nil, skip: Int = 0, within limit: Duration) async throws
        -> LogRecord
    {
        try await wait(for: "event \(kind) of \(instance ?? "anything")", within: limit) {
            let found = events.dropFirst(skip).first {
                $0.event == kind && (instance == nil || $0.instance == instance)
            }
            if found == nil, controller?.hasEnded ?? true {
                let tail = FileManager.default.contents(atPath: logPath).map {
                    String(decoding: $0.suffix(500), as: UTF8.self)
                }
                throw Lab.CommandFailed(command: "cms-controller", status: -1, output: tail ?? "")
            }
            return found
        }
    }

    /// Starts a client that goes on until it is stopped.
    func startClient(_ arguments: String...) throws -> Client {
        let lab = try theLab()
        clients += 1
        let events = directory + "/client-\(clients).jsonl"
        return Client(
            program: try Program(
                [
                    lab.distribution + "/cms-client", "--controller", address, "--identity", identity,
                    "--plain", "--events-file", events,
                ] + arguments,
                output: directory + "/client-\(clients).txt",
                errors: nil
            ),
            eventsPath: events
        )
    }

    /// The endpoints as the controller tells them now, or `nil` when it does not answer.
    func endpoints() async throws -> [String]? {
        struct Told: Decodable {
            struct Endpoint: Decodable { var name: String }
            var endpoints: [Endpoint]
        }
        let (status, body) = try await curl("/v1/endpoints")
        guard status == 200 else { return nil }
        return try JSONDecoder().decode(Told.self, from: Data(body.utf8)).endpoints.map(\.name)
    }

    /// One request to the controller with `curl`: the status (0 when none came) and the body.
    func curl(_ path: String, certificate: String? = nil, anonymous: Bool = false, _ options: String...) async throws
        -> (Int, String)
    {
        let shown = certificate ?? identity
        let keys = anonymous ? [] : ["--cert", shown + "/cert.pem", "--key", shown + "/key.pem"]
        let url = path.hasPrefix("https:") ? path : "https://\(address)\(path)"
        let words =
            [
                "curl", "--silent", "--show-error", "--max-time", "10", "--cacert", identity + "/ca.pem", "--write-out",
                "'\\n%{http_code}'",
            ] + keys + options + ["'\(url)'"]
        let output = try await theLab().run("/bin/sh", "-c", words.joined(separator: " "), allowFailure: true)
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        return (Int(lines.last ?? "") ?? 0, lines.dropLast().joined(separator: "\n"))
    }

    /// vm1 and vm2 both in service, brought there by an overload if they are not.
    func bothServe() async throws {
        if controller != nil, try await endpoints() == ["vm1", "vm2"] { return }
        try await reset()
        try startController()
        try await waitFor("instance.probed", "vm1", within: .seconds(120))
        let client = try startClient("--mode", "high")
        try await waitFor("instance.probed", "vm2", within: .seconds(120))
        _ = try await client.stop()
    }
}
