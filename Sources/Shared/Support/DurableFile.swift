#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// Files that are whole on disk, or not there, whenever the writer is killed.
public enum DurableFile {
    /// A file operation failed.
    public struct Failure: Error, CustomStringConvertible {
        /// What was tried.
        public let operation: String
        /// The path.
        public let path: String
        /// The reason in words.
        public let reason: String

        /// One sentence.
        public var description: String { "cannot \(operation) \(path): \(reason)" }

        init(_ operation: String, _ path: String) {
            self.operation = operation
            self.path = path
            self.reason = String(cString: strerror(errno))
        }
    }

    /// Writes `text` beside `path`, flushes it to disk and renames it into place.
    ///
    /// - Parameters:
    ///   - text: The whole content.
    ///   - path: The file to replace or create.
    ///   - mode: The permission bits, for example `0o600`.
    /// - Throws: Failure, for example when the disk is full; the old file is then untouched.
    public static func write(_ text: String, to path: String, mode: mode_t) throws {
        let temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw Failure("create", temporary) }
        do {
            defer { close(descriptor) }
            var bytes = Array(text.utf8)[...]
            while !bytes.isEmpty {
                let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { throw Failure("write", temporary) }
                bytes = bytes.dropFirst(count)
            }
            guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else { throw Failure("flush", temporary) }
            guard rename(temporary, path) == 0 else { throw Failure("replace", path) }
        } catch {
            unlink(temporary)
            throw error
        }
        flushDirectory(of: path)
    }

    /// Makes `path` a symbolic link to `target`, replacing what was there in one step.
    public static func replaceLink(at path: String, target: String) throws {
        let temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        guard symlink(target, temporary) == 0 else { throw Failure("link", temporary) }
        guard rename(temporary, path) == 0 else {
            let failure = Failure("replace", path)
            unlink(temporary)
            throw failure
        }
        flushDirectory(of: path)
    }

    private static func flushDirectory(of path: String) {
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}
