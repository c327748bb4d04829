import Foundation
import Glibc
import Wire

/// The controller that runs on a state directory, found by the process id in the directory's lock.
package struct RunningController: Sendable {
    /// Why it cannot be told to reload.
    package enum Failure: Error, CustomStringConvertible, Equatable {
        /// No controller runs there.
        case notRunning(directory: String)
        /// A file of it cannot be read, or it cannot be sent a signal.
        case refused(what: String, reason: String)
        /// It would end from the signal.
        case unprepared(pid: Int32)

        /// One sentence with the remedy.
        package var description: String {
            switch self {
            case .notRunning(let directory):
                "no controller runs on the state directory \(directory); start it with 'cms-controller run', or give "
                    + "the directory of the running one with --state-dir"
            case .refused(let what, let reason):
                "\(what): \(reason); run this as root or as the controller's user"
            case .unprepared(let pid):
                "the controller (process \(pid)) does not reload while it runs; start it again"
            }
        }
    }

    /// The name of the lock in the state directory.
    static let lockName = "controller.lock"

    /// The process.
    package let pid: Int32
    /// Where its API listens, once it does; `nil` when it does not, or is of an earlier version.
    package let listen: HostPort?
    /// Where its API is reached from its own host; `nil` likewise.
    package let localAddress: HostPort?

    /// Finds the controller that holds the lock of the directory; the lock itself is left alone.
    ///
    /// - Throws: ``Failure``.
    package init(stateDirectory: String) throws {
        let path = "\(stateDirectory)/\(Self.lockName)"
        guard access(path, F_OK) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { throw Failure.notRunning(directory: stateDirectory) }
            throw Failure.refused(what: path, reason: String(cString: strerror(errno)))
        }
        guard access(path, R_OK) == 0, let data = FileManager.default.contents(atPath: path) else {
            throw Failure.refused(what: path, reason: String(cString: strerror(errno)))
        }
        let lines = String(decoding: data.prefix(1024), as: UTF8.self).split(separator: "\n")
        guard let pid = lines.first.flatMap({ Int32($0) }), pid > 1 else {
            throw Failure.notRunning(directory: stateDirectory)
        }
        // An id left by a controller that is gone may be another program's by now.
        guard try Self.holds(pid, path) else { throw Failure.notRunning(directory: stateDirectory) }
        self.pid = pid
        listen = Self.address("listen ", in: lines)
        localAddress = Self.address("local ", in: lines)
    }

    /// What the lock says of a running controller; its own id comes first.
    static func lockText(pid: Int32, listening: (listen: HostPort, local: HostPort)? = nil) -> String {
        "\(pid)\n" + (listening.map { "listen \($0.listen)\nlocal \($0.local)\n" } ?? "")
    }

    private static func address(_ name: String, in lines: [Substring]) -> HostPort? {
        lines.first { $0.hasPrefix(name) }.flatMap { HostPort(String($0.dropFirst(name.count))) }
    }

    /// Sends it SIGHUP, on which it reads its configuration anew.
    ///
    /// - Throws: ``Failure``.
    package func reload() throws {
        guard try takesHangup() else { throw Failure.unprepared(pid: pid) }
        guard kill(pid, SIGHUP) == 0 else {
            throw Failure.refused(what: "process \(pid)", reason: String(cString: strerror(errno)))
        }
    }

    /// Whether the process has that file open.
    private static func holds(_ pid: Int32, _ path: String) throws -> Bool {
        let folder = "/proc/\(pid)/fd"
        guard let directory = opendir(folder) else {
            if errno == ENOENT { return false }
            throw Failure.refused(what: folder, reason: String(cString: strerror(errno)))
        }
        closedir(directory)
        let lock = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        return try FileManager.default.contentsOfDirectory(atPath: folder).contains { name in
            (try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")) == lock
        }
    }

    /// Whether the process handles, blocks or ignores SIGHUP, which would end it otherwise.
    private func takesHangup() throws -> Bool {
        let path = "/proc/\(pid)/status"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure.refused(what: path, reason: "it cannot be read")
        }
        return String(decoding: data, as: UTF8.self).split(separator: "\n").contains { line in
            guard ["SigCgt:", "SigIgn:", "SigBlk:"].contains(where: line.hasPrefix),
                let mask = line.split(whereSeparator: \.isWhitespace).last.flatMap({ UInt64($0, radix: 16) })
            else { return false }
            return mask & (1 << UInt64(SIGHUP - 1)) != 0
        }
    }
}
