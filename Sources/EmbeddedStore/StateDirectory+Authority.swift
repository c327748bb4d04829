import Foundation
import Glibc
import Shared
import Wire
import X509

extension StateDirectory {
    /// The certificate authority; made when there is none yet.
    package func authority(now: Date) throws -> CertificateAuthority {
        if let authority = try authorityIfAny() { return authority }
        return try AuthorityFile(directory: path).create(try CertificateAuthority(now: now))
    }

    /// The certificate authority; `nil` when there is none yet.
    package func authorityIfAny() throws -> CertificateAuthority? { try AuthorityFile(directory: path).load() }

    /// Puts another controller's authority here, with the key readable by its owner alone.
    ///
    /// - Parameter replaces: Whether it takes the place of one that is there already, which is kept under another name.
    /// - Returns: The file of the one that was there; `nil` when there was none.
    /// - Throws: ``Failure/hasAuthority(path:)`` when another one is there that is not to be replaced.
    package func adopt(_ authority: CertificateAuthority, replaces: Bool, now: Date) throws -> String? {
        let file = AuthorityFile(directory: path)
        defer { file.giveToOwner() }
        guard replaces else {
            let winner = try file.create(authority)
            guard winner.certificate == authority.certificate else { throw Failure.hasAuthority(path: path) }
            return nil
        }
        return try file.replace(with: authority, now: now)
    }
}

/// The authority's key and certificate in one file, so that no crash can part them; the certificate stands beside it
/// once more for people to copy.
private struct AuthorityFile {
    let directory: String
    private var bundle: String { "\(directory)/authority.pem" }

    func load() throws -> CertificateAuthority? {
        guard FileManager.default.fileExists(atPath: bundle) else { return nil }
        guard let data = FileManager.default.contents(atPath: bundle) else {
            throw IdentityError.unreadable(path: bundle, reason: String(cString: strerror(errno)))
        }
        do {
            return try CertificateAuthority(bundlePEM: String(decoding: data, as: UTF8.self))
        } catch let error as CertificateAuthority.IncompleteBundle {
            throw IdentityError.unreadable(path: bundle, reason: error.description)
        } catch let error as IdentityError {
            throw error
        } catch {
            throw IdentityError.unreadable(path: bundle, reason: "\(ErrorText.of(error)); restore it from a backup")
        }
    }

    /// Links the new file into place: of two processes that make one at the same time, one wins and both use it.
    func create(_ authority: CertificateAuthority) throws -> CertificateAuthority {
        let temporary = "\(directory)/authority-\(getpid()).pem"
        try DurableFile.write(authority.bundlePEM(), to: temporary, mode: 0o600)
        defer { unlink(temporary) }
        if link(temporary, bundle) != 0, errno != EEXIST {
            throw StateDirectory.Failure.unusable(path: directory, reason: String(cString: strerror(errno)))
        }
        guard let winner = try load() else {
            throw IdentityError.unreadable(path: bundle, reason: "it vanished")
        }
        try publish(winner)
        return winner
    }

    /// Renames the new file into place; the one before stays under a name with the time.
    func replace(with authority: CertificateAuthority, now: Date) throws -> String? {
        var kept: String? = "\(bundle).replaced-\(now.rfc3339.replacing(":", with: "-"))"
        if let name = kept, link(bundle, name) != 0 {
            guard errno == ENOENT else {
                throw StateDirectory.Failure.unusable(path: directory, reason: String(cString: strerror(errno)))
            }
            kept = nil
        }
        try DurableFile.write(authority.bundlePEM(), to: bundle, mode: 0o600)
        try publish(authority)
        return kept
    }

    /// What root writes into the controller's own directory is for the controller's user.
    func giveToOwner() {
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/.")
        guard geteuid() == 0, let user = (attributes?[.ownerAccountID] as? UInt).flatMap(uid_t.init(exactly:)),
            let group = (attributes?[.groupOwnerAccountID] as? UInt).flatMap(gid_t.init(exactly:)), user != 0
        else { return }
        for name in ["authority.pem", "ca.pem", RunningController.lockName] {
            lchown("\(directory)/\(name)", user, group)
        }
    }

    private func publish(_ authority: CertificateAuthority) throws {
        try DurableFile.write(authority.certificate.pem(), to: "\(directory)/ca.pem", mode: 0o644)
    }
}
