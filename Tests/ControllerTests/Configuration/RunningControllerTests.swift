import Foundation
import Glibc
import Testing

@testable import EmbeddedStore

@Suite("Finding the running controller")
struct RunningControllerTests {
    /// A state directory whose lock says `text`.
    func withDirectory(_ text: String?, _ body: (String) throws -> Void) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let text { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(path)/controller.lock")) }
        try body(path)
    }

    @Test("no lock, an empty one, nonsense and an id whose process has not got the lock are no controller")
    func none() throws {
        for text in [nil, "", "x\n", "1\n", "-5\n", "99999999999999\n", "2147483647\n", "\(getppid())\n"] {
            try withDirectory(text) { path in
                #expect(throws: RunningController.Failure.notRunning(directory: path), "\(text ?? "nil")") {
                    try RunningController(stateDirectory: path)
                }
            }
        }
        #expect(throws: RunningController.Failure.notRunning(directory: "/nowhere")) {
            try RunningController(stateDirectory: "/nowhere")
        }
    }

    @Test("the process that has the lock open is found")
    func found() throws {
        try withDirectory("\(getpid())\n") { path in
            let file = open("\(path)/controller.lock", O_RDONLY | O_CLOEXEC)
            defer { close(file) }
            let controller = try RunningController(stateDirectory: path)
            #expect(controller.pid == getpid())
        }
    }

    /// A program that stands for a controller: it has the lock open and its id in it.
    ///
    /// - Parameter commands: What it does then, in the shell's words; it prints something when it is ready.
    func start(in directory: String, _ commands: String) throws -> Process {
        let process = Process()
        let output = Pipe()
        // Whoever runs the tests may ignore the signal, which children take over.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "--default-signal=HUP", "/bin/bash", "-c",
            "trap 'exit 42' HUP; echo $$ > \"$0/controller.lock\"; exec 9< \"$0/controller.lock\"; \(commands)",
            directory,
        ]
        process.standardOutput = output
        try process.run()
        #expect(!output.fileHandleForReading.availableData.isEmpty)
        return process
    }

    @Test("a controller that takes SIGHUP gets it")
    func reload() throws {
        try withDirectory(nil) { path in
            let process = try start(in: path, "echo ready; while :; do read -r -t 0.05 <> <(:); done")
            try RunningController(stateDirectory: path).reload()
            process.waitUntilExit()
            #expect(process.terminationReason == .exit && process.terminationStatus == 42)
        }
    }

    @Test("a controller that SIGHUP would end does not get it")
    func unprepared() throws {
        try withDirectory(nil) { path in
            // A program that was not made for signals: the shell's own answer to them ends with it.
            let process = try start(in: path, "exec tail -f \"$0/controller.lock\"")
            let controller = try RunningController(stateDirectory: path)
            #expect(throws: RunningController.Failure.unprepared(pid: process.processIdentifier)) {
                try controller.reload()
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGKILL)
        }
    }
}
