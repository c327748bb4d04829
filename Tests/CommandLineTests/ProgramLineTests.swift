import Foundation
import TestSupport
import Testing

/// The three programs themselves, as far as their command lines go.
@Suite("Command lines of the programs", .timeLimit(.minutes(2)))
struct ProgramLineTests {
    struct Run {
        var status: Int32
        var output: String
        var errors: String
    }

    func run(_ program: String, _ arguments: [String]) throws -> Run {
        let (process, output, errors) = (Process(), Pipe(), Pipe())
        process.executableURL = try BuiltProgram.url(program)
        process.arguments = arguments
        process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let error = errors.fileHandleForReading.readDataToEndOfFile()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Run(
            status: process.terminationStatus,
            output: String(decoding: text, as: UTF8.self),
            errors: String(decoding: error, as: UTF8.self)
        )
    }

    @Test("several controllers may be given; what is no address, and more than sixteen, is named")
    func controllers() throws {
        let many = (1...17).map { "h\($0)" }.joined(separator: ",")
        let client = ["run", "--identity", "/nonexistent"]
        for good in [
            ["--controller", "a,b:7001"], ["--controllers", "a, b"], ["--controller", "a", "--controller", "b"],
        ] {
            let run = try run("cms-client", client + good)
            #expect(run.status == 64 && run.errors.contains("no identity in /nonexistent"), "\(run.errors)")
        }
        for (bad, word) in [("a,b:x", "a,b:x"), (",", "','"), (many, "17"), ("a,fe80::1", "link-local")] {
            let run = try run("cms-client", client + ["--controller", bad])
            #expect(run.status == 64 && run.errors.contains(word), "\(run.errors)")
        }
        let agent = [
            "enroll", "--token", "t", "--ca-hash", "sha256:" + String(repeating: "0", count: 64), "--uuid", "x",
        ]
        for (bad, word) in [
            ("a,b:x", "'b:x'"), (many, "17"), ("a,fe80::1", "link-local"), (",", "no controller is known"),
        ] {
            let run = try run("cms-agent", agent + ["--state-dir", "/nonexistent", "--controllers", bad])
            #expect(run.status == 64 && run.errors.contains(word), "\(run.errors)")
        }
        for (bad, word) in [("a,b:x", "'b:x'"), (many, "17"), ("a,fe80::1", "link-local"), (",", "names 0")] {
            let run = try run("cms-controller", ["status", "--controllers", bad])
            #expect(run.status == 64 && run.errors.contains(word), "\(run.errors)")
        }
    }

    @Test(
        "an operand that begins with a dash is an error that names '--', not the help",
        arguments: [
            ["drain"], ["protect"], ["unprotect"], ["retry"], ["rollout"], ["pause"], ["resume"], ["scale"],
            ["token", "create"], ["client", "add"], ["backup"],
        ]
    )
    func operands(command: [String]) throws {
        for name in ["-name", "-with-h"] {
            let run = try run("cms-controller", command + [name])
            #expect(run.status == 64, "\(command) \(name): \(run.output)")
            #expect(run.output.isEmpty)
            #expect(run.errors.contains("cms-controller \(command.joined(separator: " ")) -- \(name)"), "\(run.errors)")
        }
    }

    @Test("a join token that begins with a dash can be typed in both forms")
    func token() throws {
        // What is missing next shows that the token was taken.
        let expected = "no CA hash; give --ca-hash"
        for token in [["--token", "-hbc_d-e"], ["--token=-hbc_d-e"], ["--token", "--bc"]] {
            let run = try run("cms-agent", ["enroll"] + token)
            #expect(run.status == 64 && run.errors.contains(expected), "\(token): \(run.errors)")
        }
        let missing = try run("cms-agent", ["enroll", "--token", "--ca-hash", "sha256:00"])
        #expect(missing.status == 64 && missing.errors.contains("--token has no value"), "\(missing.errors)")
    }

    @Test("names and paths that begin with a dash can be given to the options that take such")
    func names() throws {
        let group = try run("cms-controller", ["events", "--group", "-web", "--state-dir", "-nowhere"])
        #expect(group.status == 1 && group.errors.contains("-nowhere holds no controller's state"), "\(group.errors)")
        let client = try run("cms-client", ["--controller", "127.0.0.1:1", "--group", "-web", "--identity", "-none"])
        #expect(client.status == 64 && client.errors.contains("no identity in -none"), "\(client.errors)")
    }

    @Test("letters that are no flags are an error, even with an h among them")
    func clusters() throws {
        for (program, words) in [
            ("cms-client", ["-shade"]), ("cms-agent", ["-with"]), ("cms-controller", ["status", "-why"]),
        ] {
            let run = try run(program, words)
            #expect(run.status == 64 && run.output.isEmpty && run.errors.contains("is no option of"), "\(run.errors)")
        }
    }

    @Test(
        "a simulation that cannot be is refused, with what would be right",
        arguments: [
            (["--standby", "100000"], "--standby is 100000"), (["--standby", "30"], "at most 29"),
            (["--min", "31"], "more than --max 30"), (["--max", "0"], "--max is 0"),
            (["--vcpus", "0"], "--vcpus is 0"),
            (["--service-time", "nan"], "--service-time"), (["--service-time", "0"], "--service-time"),
            (["--boot", "9223372036854775807"], "--boot"), (["--resume=-1"], "--resume is -1"),
            (["--queue", "9223372036854775807"], "--queue"),
        ]
    )
    func simulations(words: [String], expected: String) throws {
        let run = try run("cms-controller", ["simulate", "--workload", "step"] + words)
        #expect(
            run.status == 64 && run.errors.contains(expected),
            "\(run.status) \(run.errors) \(run.output.prefix(200))"
        )
    }

    @Test("an address that this host has not is said, and not called unreachable")
    func listening() throws {
        let run = try run(
            "cms-controller",
            ["validate", "--hosts", "192.168.122.0/24", "--connect", "test:///default", "--listen", "192.0.2.1:7000"]
        )
        #expect(
            run.output.contains(
                "FAIL  port: cannot listen on 192.0.2.1:7000: this host has no such address; choose another with --listen"
            ),
            "\(run.output)"
        )
    }
}
