import Foundation
import GRDB
import Glibc
import Shared
import SwiftASN1
import Wire
import X509

/// The controller's state on disk: the lock, the certificate authority, the store.
package struct StateDirectory: Sendable {
    /// What can be wrong with a state directory.
    package enum Failure: Error, CustomStringConvertible {
        /// Another controller runs on it.
        case inUse(path: String)
        /// It cannot be used.
        case unusable(path: String, reason: String)

        /// One sentence with the remedy.
        package var description: String {
            switch self {
            case .inUse(let path):
                "the state directory \(path) is in use by another cms-controller; stop that one first, or give this "
                    + "one a directory of its own with --state-dir"
            case .unusable(let path, let reason):
                "the state directory \(path) cannot be used: \(reason); check its owner and the free space, or "
                    + "choose another with --state-dir"
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

    /// Whether there is a certificate authority already.
    package var hasAuthority: Bool { IdentityStoreFiles(directory: path).exists }

    /// The certificate authority; made when there is none yet.
    package func authority(now: Date) throws -> CertificateAuthority {
        let store = IdentityStoreFiles(directory: path)
        if let authority = try store.load() { return authority }
        let authority = try CertificateAuthority(now: now)
        return try store.create(authority)
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

/// The authority's key and certificate in one file, so that no crash can part them; the certificate stands beside it
/// once more for people to copy.
private struct IdentityStoreFiles {
    let directory: String
    private var bundle: String { "\(directory)/authority.pem" }
    var exists: Bool { FileManager.default.fileExists(atPath: bundle) }

    func load() throws -> CertificateAuthority? {
        guard FileManager.default.fileExists(atPath: bundle) else { return nil }
        guard let data = FileManager.default.contents(atPath: bundle) else {
            throw IdentityError.unreadable(path: bundle, reason: String(cString: strerror(errno)))
        }
        do {
            let documents = try PEMDocument.parseMultiple(pemString: String(decoding: data, as: UTF8.self))
            guard let key = documents.first(where: { $0.discriminator.hasSuffix("PRIVATE KEY") }),
                let certificate = documents.first(where: { $0.discriminator == "CERTIFICATE" })
            else { throw IdentityError.unreadable(path: bundle, reason: "it lacks the key or the certificate") }
            return try CertificateAuthority(
                certificatePEM: certificate.pemString,
                privateKeyPEM: key.pemString
            )
        } catch let error as IdentityError {
            throw error
        } catch {
            throw IdentityError.unreadable(path: bundle, reason: "\(ErrorText.of(error)); restore it from a backup")
        }
    }

    /// Links the new file into place: of two processes that make one at the same time, one wins and both use it.
    func create(_ authority: CertificateAuthority) throws -> CertificateAuthority {
        let temporary = "\(directory)/authority-\(getpid()).pem"
        try DurableFile.write(
            authority.privateKeyPEM() + authority.certificate.pem(),
            to: temporary,
            mode: 0o600
        )
        defer { unlink(temporary) }
        if link(temporary, bundle) != 0, errno != EEXIST {
            throw StateDirectory.Failure.unusable(path: directory, reason: String(cString: strerror(errno)))
        }
        guard let winner = try load() else {
            throw IdentityError.unreadable(path: bundle, reason: "it vanished")
        }
        try DurableFile.write(winner.certificate.pem(), to: "\(directory)/ca.pem", mode: 0o644)
        return winner
    }
}
