import Foundation
import Shared
import TestSupport
import Testing
import Wire

/// `cms-client follow` as a whole, against a controller on loopback.
@Suite(.timeLimit(.minutes(2))) struct FollowProgramTests {
    let authority: TestAuthority
    let server: RotatingIdentity
    let directory: String
    let vm1 = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let vm2 = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    init() throws {
        authority = try TestAuthority()
        server = try RotatingIdentity(authority.server())
        directory = NSTemporaryDirectory() + "cms-follow-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try IdentityStore(directory: directory + "/identity").save(authority.client())
        try "{{#endpoints}}{{name}} {{/endpoints}}".write(
            toFile: directory + "/t.mustache",
            atomically: true,
            encoding: .utf8
        )
    }

    func start(_ arguments: [String], port: Int, output: String? = nil) throws -> Program {
        let common = [
            "--controller", "127.0.0.1:\(port)", "--identity", directory + "/identity", "--state-dir",
            directory + "/state",
        ]
        let (words, rest) = (arguments.prefix { $0 != "--" }, arguments.drop { $0 != "--" })
        return try Program(
            ["follow"] + words + common + rest,
            environment: ["HOME": directory, "PATH": "/usr/bin:/bin"],
            directory: output ?? directory
        )
    }

    var file: [String] { ["file", "--template", directory + "/t.mustache", "--output", directory + "/out"] }

    func text(_ name: String = "out") -> String {
        (try? String(contentsOfFile: "\(directory)/\(name)", encoding: .utf8)) ?? ""
    }

    @Test func aFileIsWrittenAcknowledgedAndLeftWhenToldToStop() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fake = FakeController(authority, endpoints: [vm1])
        try await withLoopbackServer(fake.router, identity: server) { port in
            let program = try start(file + ["--command", "echo $CMS_REVISION >> \(directory)/ran"], port: port)
            _ = try await first(of: fake.observations) { $0 == .acknowledged(1) }
            #expect(text() == "vm1 " && text("ran") == "1\n")
            try fake.change(added: [vm2])
            _ = try await first(of: fake.observations) { $0 == .acknowledged(2) }
            #expect(text() == "vm1 vm2 " && text("ran") == "1\n2\n")
            program.terminate()
            let run = await program.finish()
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.errors.contains("file written"))
        }
    }

    @Test func withoutAControllerTheLastSetIsServed() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/state", withIntermediateDirectories: true)
        let stored = #"{"set":{"endpoints":[{"id":"1","name":"vm1","url":"https://192.0.2.1:8000"}],"revision":4}}"#
        try stored.write(toFile: directory + "/state/endpoints.json", atomically: true, encoding: .utf8)
        let program = try start(file, port: 1)
        try await wait { text() == "vm1 " }
        program.terminate()
        let run = await program.finish()
        #expect(run.status == 0 && run.errors.contains("endpoints of the last run"), "\(run.errors)")
    }

    @Test func theControllersThatOneToldOfOutliveTheProgram() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fake = FakeController(authority, endpoints: [vm1])
        try await withLoopbackServer(fake.router, identity: server) { port in
            fake.tell([HostPort(host: "127.0.0.1", port: port)])
            let program = try start(file, port: port)
            try await wait { text("state/controllers") == "127.0.0.1:\(port)\n" }
            program.terminate()
            _ = await program.finish()
            // The one that is given is gone: the other is remembered.
            let run = try await start(file + ["--once"], port: 9).finish()
            #expect(run.status == 0 && text() == "vm1 ", "\(run.errors)")
        }
    }

    @Test func onceEndsByItself() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fake = FakeController(authority, endpoints: [vm1])
        try await withLoopbackServer(fake.router, identity: server) { port in
            let run = try await start(file + ["--once"], port: port).finish()
            #expect(run.status == 0 && text() == "vm1 ", "\(run.errors)")
        }
    }

    @Test func aTemplateThatDoesNotParseIsRefusedAtTheStart() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try "a\n{{#endpoints}}".write(toFile: directory + "/t.mustache", atomically: true, encoding: .utf8)
        let run = try await start(file, port: 1).finish()
        #expect(run.status == 64)
        #expect(run.errors.contains("t.mustache:2:"), "\(run.errors)")
    }

    @Test func aProgramIsToldAndAcknowledges() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fake = FakeController(authority, endpoints: [vm1])
        try await withLoopbackServer(fake.router, identity: server) { port in
            let script = "while read -r line; do echo \"$line\" >> \(directory)/lines; echo ack 1; done"
            let program = try start(["exec", "--acks", "--", "/bin/sh", "-c", script], port: port)
            _ = try await first(of: fake.observations) { $0 == .acknowledged(1) }
            #expect(text("lines").contains(#""kind":"set""#))
            program.terminate()
            #expect(await program.finish().status == 0)
        }
    }

    static let haproxy = "/usr/sbin/haproxy"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: Self.haproxy)))
    func haproxyIsToldAndNoSecondFollowerIsLetIn() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let socket = directory + "/admin.sock"
        let configuration = """
            global
                stats socket \(socket) level admin
            defaults
                mode http
                timeout connect 1s
                timeout client 1s
                timeout server 1s
            backend web
                server other 192.0.2.9:80

            """
        try configuration.write(toFile: directory + "/haproxy.cfg", atomically: true, encoding: .utf8)
        let proxy = Process()
        proxy.executableURL = URL(fileURLWithPath: Self.haproxy)
        proxy.arguments = ["-db", "-f", directory + "/haproxy.cfg"]
        (proxy.standardOutput, proxy.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
        let fake = FakeController(authority, endpoints: [vm1])
        try await withLoopbackServer(fake.router, identity: server) { port in
            let words = ["haproxy", "--backend", "web", "--socket", socket, "--check"]
            // First the follower, then what it works on.
            let program = try start(words, port: port)
            try await wait { program.errors.contains("HAProxy cannot be told") }
            try proxy.run()
            defer { proxy.terminate() }
            _ = try await first(of: fake.observations) { $0 == .acknowledged(1) }
            try fake.change(added: [vm2], removed: [vm1])
            _ = try await first(of: fake.observations) { $0 == .acknowledged(2) }
            let aside = directory + "/second"
            try FileManager.default.createDirectory(atPath: aside, withIntermediateDirectories: true)
            let second = try await start(words, port: port, output: aside).finish()
            #expect(second.status == 1 && second.errors.contains("another follower"), "\(second.errors)")
            program.terminate()
            let run = await program.finish()
            #expect(run.status == 0, "\(run.errors)")
            for words in ["server added", "server gets requests", "server removed", "HAProxy answers again"] {
                #expect(run.errors.contains(words), "\(words): \(run.errors)")
            }
        }
    }

    @Test func aGroupThatIsNotThereIsSaid() async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let fake = FakeController(authority, endpoints: [vm1])
        fake.serve(group: "web")
        try await withLoopbackServer(fake.router, identity: server) { port in
            let run = try await start(file + ["--group", "other"], port: port).finish()
            #expect(run.status == 1 && run.errors.contains("there are: web"), "\(run.errors)")
        }
    }

    @Test(arguments: [
        (["haproxy", "--backend", "we b"], "--backend is"), (["haproxy"], "--backend"),
        (["haproxy", "--backend", "web", "--socket", "sock"], "--socket is"),
        (["haproxy", "--backend", "web", "--server-options", "a;b"], "--server-options"),
        (["haproxy", "--backend", "web", "--weight", "0"], "--weight is 0"),
        (["haproxy", "--backend", "web", "--slots", "--ssl"], "--slots"),
        (["file", "--template", "x", "--output", "y/"], "--output"), (["exec"], "behind '--'"),
    ])
    func wrongCommandLinesAreRefused(arguments: [String], words: String) async throws {
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let run = try await start(arguments, port: 1).finish()
        #expect(run.status == 64 && run.errors.contains(words), "\(run.status) \(run.errors)")
    }
}
