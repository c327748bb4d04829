import Foundation
import Glibc

/// A program that runs beside the test; what it writes goes to files.
final class Program: Sendable {
    let pid: Int32

    /// Starts `arguments[0]` with the rest as arguments.
    ///
    /// - Parameters:
    ///   - arguments: The program's path and its arguments.
    ///   - output: The file that standard output is appended to.
    ///   - errors: The file that standard error is appended to; `nil` for the same as the output.
    init(_ arguments: [String], output: String?, errors: String?) throws {
        func openFile(_ path: String?) -> Int32 {
            open(path ?? "/dev/null", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        }
        let (out, err) = (openFile(output), openFile(errors ?? output))
        defer {
            close(out)
            close(err)
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, out, 1)
        posix_spawn_file_actions_adddup2(&actions, err, 2)
        // The test process keeps signals back for its own handling; its children must not inherit that.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var argv: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { argv.forEach { free($0) } }
        var child: pid_t = 0
        let result = posix_spawn(&child, arguments[0], &actions, &attributes, &argv, environ)
        guard result == 0 else {
            throw Lab.CommandFailed(
                command: arguments.joined(separator: " "),
                status: result,
                output: String(cString: strerror(result))
            )
        }
        pid = child
    }

    /// Sends a signal, to this process alone.
    func signal(_ number: Int32) {
        kill(pid, number)
    }

    /// Whether it has ended by itself; its exit status stays to be read by ``end(within:)``.
    var hasEnded: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(pid), &information, WEXITED | WNOHANG | WNOWAIT) != 0
            || information.si_signo != 0
    }

    /// Waits for the end and returns the exit status, or 128 and the signal's number; kills it when it takes too long.
    func end(within limit: Duration) async throws -> Int32 {
        let deadline = ContinuousClock.now + limit
        while true {
            var status: Int32 = 0
            let result = waitpid(pid, &status, WNOHANG)
            if result == pid { return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F) }
            if result < 0 { return -1 }
            if ContinuousClock.now > deadline {
                kill(pid, SIGKILL)
                waitpid(pid, &status, 0)
                throw Lab.CommandFailed(command: "process \(pid)", status: -1, output: "not ended within \(limit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

/// A condition did not come true.
struct TookTooLong: Error, CustomStringConvertible {
    let what: String
    let limit: Duration
    var description: String { "\(what): not within \(limit)" }
}

/// Looks ten times a second until `condition` gives something; returns it.
@discardableResult
func wait<Value: Sendable>(
    for what: String,
    within limit: Duration,
    isolation: isolated (any Actor)? = #isolation,
    _ condition: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await condition() { return value }
        guard ContinuousClock.now < deadline else { throw TookTooLong(what: what, limit: limit) }
        try await Task.sleep(for: .milliseconds(100))
    }
}
