import Foundation

/// The built program, run as users run it.
package struct Program: Sendable {
    /// What a run left behind.
    package struct Run: Sendable {
        package let status: Int32
        package let output: String
        package let errors: String
    }

    private let process = Process()
    private let directory: URL
    private let ended: AsyncStream<Void>

    /// Starts `cms-client`.
    ///
    /// - Parameters:
    ///   - arguments: The command line.
    ///   - environment: The whole environment.
    ///   - directory: Where output is kept; must exist.
    package init(_ arguments: [String], environment: [String: String] = [:], directory: String) throws {
        self.directory = URL(fileURLWithPath: directory)
        let (ended, end) = AsyncStream<Void>.makeStream()
        self.ended = ended
        process.executableURL = try BuiltProgram.url("cms-client")
        process.arguments = arguments
        process.environment = environment
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try Self.file(self.directory, "stdout")
        process.standardError = try Self.file(self.directory, "stderr")
        process.terminationHandler = { _ in end.finish() }
        try process.run()
    }

    /// The standard output up to now.
    package var output: String { text("stdout") }

    /// The standard error up to now.
    package var errors: String { text("stderr") }

    /// Sends SIGINT.
    package func interrupt() { process.interrupt() }

    /// Sends SIGTERM.
    package func terminate() { process.terminate() }

    /// Waits for the end.
    package func finish() async -> Run {
        await withTaskCancellationHandler {
            for await _ in ended {}
        } onCancel: { [process] in
            if process.isRunning { process.terminate() }
        }
        process.waitUntilExit()
        return Run(status: process.terminationStatus, output: text("stdout"), errors: text("stderr"))
    }

    private func text(_ name: String) -> String {
        (try? String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)) ?? ""
    }

    private static func file(_ directory: URL, _ name: String) throws -> FileHandle {
        let path = directory.appendingPathComponent(name).path
        _ = FileManager.default.createFile(atPath: path, contents: nil)
        guard let handle = FileHandle(forWritingAtPath: path) else {
            throw NeverHappened(description: "\(path) cannot be written")
        }
        return handle
    }
}
