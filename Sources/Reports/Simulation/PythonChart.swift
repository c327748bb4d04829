import Foundation
import Shared
import Subprocess
import SystemPackage

/// A chart that Python's matplotlib draws, which the system brings.
package struct PythonChart {
    /// Why nothing was drawn.
    package struct Failure: Error, CustomStringConvertible {
        /// What failed and the remedy.
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    private static let interpreter = "/usr/bin/python3"
    private static let timeout = Duration.seconds(300)
    /// The program: reads JSON from standard input and writes the PNG file that its only argument names.
    let script: String
    /// What else can be done, for errors.
    let remedy: String

    /// Draws `input` into the file at `path`.
    func draw(_ input: String, to path: String) async throws {
        let result: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
        do {
            result = try await withDeadline(Self.timeout) {
                try await Subprocess.run(
                    .path(FilePath(Self.interpreter)),
                    arguments: ["-c", script, path],
                    input: .string(input),
                    output: .discarded,
                    error: .string(limit: 1 << 20)
                )
            }
        } catch let error as SubprocessError {
            throw Failure(
                description: "the chart cannot be drawn: \(Self.interpreter) cannot be run (\(error)); install python3 "
                    + "and python3-matplotlib, or \(remedy)"
            )
        }
        guard result.terminationStatus.isSuccess else {
            let words = result.standardError.split(whereSeparator: \.isNewline).last ?? "no reason is known"
            throw Failure(description: "the chart \(path) was not drawn: \(words)")
        }
    }
}
