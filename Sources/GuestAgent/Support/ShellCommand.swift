import Shared
import Subprocess
import SystemPackage
import Wire

/// A command of the user's, run by `sh` as the agent's user.
enum ShellCommand {
    /// It ended otherwise than with 0.
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs `command` to its end.
    ///
    /// - Parameters:
    ///   - command: For `sh -c`.
    ///   - limit: After this time it is killed.
    /// - Throws: Failed with the end of what it wrote to standard error; what a deadline throws.
    static func run(_ command: String, within limit: Duration) async throws {
        let result = try await withDeadline(limit) {
            try await Subprocess.run(
                .path("/bin/sh"),
                arguments: ["-c", command],
                output: .discarded,
                error: .string(limit: 64 * 1024)
            )
        }
        guard !result.terminationStatus.isSuccess else { return }
        let said = PrintableText.of(String(result.standardError.suffix(400)))
        let end =
            switch result.terminationStatus {
            case .exited(let status): "it ended with status \(status)"
            case .signaled(let signal): "signal \(signal) ended it"
            }
        throw Failed(description: said.isEmpty ? end : "\(end): \(said)")
    }
}
