import Shared
import Subprocess
import SystemPackage
import Wire

/// Runs the command that has a program read its file anew.
package protocol CommandRunner: Sendable {
    /// Runs `command` to its end.
    ///
    /// - Throws: ``CommandFailure`` when it fails or takes too long.
    func run(_ command: String, environment: [String: String]) async throws
}

/// Why a command failed.
package struct CommandFailure: Error, CustomStringConvertible, Equatable {
    /// One sentence.
    package let description: String

    /// A failure.
    package init(_ description: String) {
        self.description = description
    }
}

/// Runs commands by `/bin/sh -c`, in a process group of their own that ends with them.
package struct ShellCommandRunner: CommandRunner {
    /// The most bytes that a command may write to its standard error.
    private static let wordsLimit = 1 << 20
    /// The most characters of them that go into the log.
    private static let logWords = 400
    private let timeout: Duration

    /// A runner.
    ///
    /// - Parameter timeout: The longest time of a command, after which its process group is killed.
    package init(timeout: Duration) {
        self.timeout = timeout
    }

    package func run(_ command: String, environment: [String: String]) async throws {
        var platform = PlatformOptions()
        platform.processGroupID = 0
        platform.teardownSequence = [.send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)]
        let options = platform
        let variables: [Environment.Key: String?] = Dictionary(
            environment.compactMap { key, value in Environment.Key(rawValue: key).map { ($0, value) } },
            uniquingKeysWith: { first, _ in first }
        )
        let result: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
        do {
            result = try await withDeadline(timeout) {
                try await Subprocess.run(
                    .path("/bin/sh"),
                    arguments: ["-c", command],
                    environment: .inherit.updating(variables),
                    platformOptions: options,
                    output: .discarded,
                    error: .string(limit: Self.wordsLimit)
                )
            }
        } catch let error as DeadlineExceeded {
            throw CommandFailure("it did not end within \(DurationText.text(error.limit)) and was killed")
        } catch let error as SubprocessError {
            throw CommandFailure(ErrorText.of(error))
        }
        guard !result.terminationStatus.isSuccess else { return }
        let words = result.standardError.split(whereSeparator: \.isNewline).joined(separator: " ")
        throw CommandFailure(
            "it ended with \(result.terminationStatus)" + (words.isEmpty ? "" : ": \(words.suffix(Self.logWords))")
        )
    }
}
