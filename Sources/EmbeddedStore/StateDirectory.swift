import Foundation
import GRDB
import Glibc
import Shared
import Wire

/// The controller's state on disk: the lock, the certificate authority, the store.
package struct StateDirectory: Sendable {
    /// What can be wrong with a state directory.
    package enum Failure: Error, CustomStringConvertible {
        /// Another controller runs on it.
        case inUse(path: String)
        /// It cannot be used.
        case unusable(path: String, reason: String)
        /// It has another certificate authority than the one that was to come.
        case hasAuthority(path: String)

        /// One sentence with the remedy.
        package var description: String {
            switch self {
            case .inUse(let path):
                "the state directory \(path) is in use by another cms-controller; stop that one first, or give this "
                    + "one a directory of its own with --state-dir"
            case .unusable(let path, let reason):
                "the state directory \(path) cannot be used: \(reason); check its owner and the free space, or "
                    + "choose another with --state-dir"
            case .hasAuthority(let path):
                "the state directory \(path) has another certificate authority, whose certificates would no longer be "
                    + "trusted; give --force to replace it, or choose another directory with --state-dir"
            }
        }
    }

    /// The directory.
    package let path: String

    /// The directory at `path`, made when it is not there, readable by its owner alone.
    package init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: path,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw Failure.unusable(path: path, reason: error.localizedDescription)
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            throw Failure.unusable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    /// Takes the directory for one running controller; the lock ends with the process, however it ends.
    ///
    /// The file holds the process's id, and later where it listens, for ``RunningController``.
    ///
    /// - Returns: The file descriptor that holds the lock: keep it open.
    package func lock() throws -> Int32 {
        let descriptor = open("\(path)/\(RunningController.lockName)", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure.unusable(path: path, reason: String(cString: strerror(errno)))
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw Failure.inUse(path: path)
        }
        Self.write(RunningController.lockText(pid: getpid()), to: descriptor)
        return descriptor
    }

    /// Notes in the lock where the controller that holds it is reached.
    package static func note(listen: HostPort, local: HostPort, in lock: Int32) {
        write(RunningController.lockText(pid: getpid(), listening: (listen, local)), to: lock)
    }

    /// Writes over what is there first, so that a full disk has room for it. Without it the controller runs as well, and
    /// only cannot be found.
    private static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        if pwrite(descriptor, bytes, bytes.count, 0) == bytes.count { _ = ftruncate(descriptor, off_t(bytes.count)) }
    }

    /// The store; made when there is none yet.
    ///
    /// One that is damaged is put aside under another name and a new one is made: what runs is read from the hypervisor
    /// anew, and nobody has to do without the service meanwhile.
    ///
    /// - Parameter onDamage: Called with the name under which a damaged store was kept, and with what is wrong with it.
    package func store(onDamage: (_ kept: String, _ reason: String) -> Void = { _, _ in }) throws -> SQLiteStore {
        do {
            return try SQLiteStore(path: "\(path)/cms.sqlite")
        } catch  where Self.isDamage(error) {
            onDamage(try putAside(), ErrorText.of(error))
            return try freshStore()
        } catch {
            throw Failure.unusable(path: path, reason: "the store cannot be opened: \(ErrorText.of(error))")
        }
    }

    /// Whether what is in the file is to blame, and not the disk or the file's owner.
    private static func isDamage(_ error: any Error) -> Bool {
        // Rows that make no sense are no errors of SQLite's.
        guard let error = error as? DatabaseError else { return !(error is CancellationError) }
        return [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH]
            .contains(error.resultCode)
    }

    /// Renames the store's files; returns the name of the main one.
    private func putAside() throws -> String {
        let stamp = Date().rfc3339.replacing(":", with: "-")
        let kept = "\(path)/cms.sqlite.damaged-\(stamp)"
        for suffix in ["-wal", "-shm", ""] where FileManager.default.fileExists(atPath: "\(path)/cms.sqlite\(suffix)") {
            guard rename("\(path)/cms.sqlite\(suffix)", kept + suffix) == 0 else {
                throw Failure.unusable(path: path, reason: String(cString: strerror(errno)))
            }
        }
        return kept
    }

    private func freshStore() throws -> SQLiteStore {
        do {
            return try SQLiteStore(path: "\(path)/cms.sqlite")
        } catch {
            throw Failure.unusable(path: path, reason: "the store cannot be opened: \(ErrorText.of(error))")
        }
    }
}
