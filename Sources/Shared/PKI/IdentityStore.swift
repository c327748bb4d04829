import SwiftASN1
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// An identity on disk: `ca.pem`, `cert.pem` and `key.pem` in one directory, the key readable by its owner alone.
///
/// The three files are written into one new bundle directory that replaces the old one by renaming a link, so a reader
/// sees the old identity or the new one and never a mixture, whenever the writer is killed.
public struct IdentityStore: Sendable {
    /// The directory.
    public let directory: String

    /// A store in `directory`, which need not exist yet.
    public init(directory: String) {
        self.directory = directory
    }

    /// The identity on disk, or `nil` when there is none yet.
    ///
    /// - Throws: IdentityError when files are there but cannot be read.
    public func load() throws -> Identity? {
        // The entry itself is asked for, not what it leads to: an identity of another user is an error, not none.
        // Not with FileManager: with a missing file its error came out of an optimised `try?` as an error of this
        // function, already freed (Swift 6.3.1), and whoever printed it crashed.
        let entry = directory + "/cert.pem"
        guard faccessat(AT_FDCWD, entry, F_OK, AT_SYMLINK_NOFOLLOW) == 0 else {
            guard errno == ENOENT || errno == ENOTDIR else {
                throw IdentityError.unreadable(path: entry, reason: String(cString: strerror(errno)))
            }
            return nil
        }
        return try Identity(
            certificatePEM: read("cert.pem"),
            privateKeyPEM: read("key.pem"),
            authorityPEM: read("ca.pem")
        )
    }

    /// Puts `identity` on disk before returning.
    public func save(_ identity: Identity) throws {
        let manager = FileManager.default
        try manager.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        let bundle = ".identity-\(UUID().uuidString.lowercased())"
        try manager.createDirectory(
            atPath: "\(directory)/\(bundle)",
            withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700]
        )
        try DurableFile.write(identity.authority.pem(), to: "\(directory)/\(bundle)/ca.pem", mode: 0o644)
        try DurableFile.write(identity.certificate.pem(), to: "\(directory)/\(bundle)/cert.pem", mode: 0o644)
        try DurableFile.write(
            identity.privateKey.serializeAsPEM().pemString + "\n",
            to: "\(directory)/\(bundle)/key.pem",
            mode: 0o600
        )
        for name in ["ca.pem", "cert.pem", "key.pem"] {
            let path = "\(directory)/\(name)"
            if (try? manager.destinationOfSymbolicLink(atPath: path)) != ".current/\(name)" {
                try DurableFile.replaceLink(at: path, target: ".current/\(name)")
            }
        }
        let old = try? manager.destinationOfSymbolicLink(atPath: "\(directory)/.current")
        try DurableFile.replaceLink(at: "\(directory)/.current", target: bundle)
        if let old, old != bundle, old.hasPrefix(".identity-") {
            try? manager.removeItem(atPath: "\(directory)/\(old)")
        }
        giveToOwner(bundle)
    }

    /// What root writes into another user's directory is for that user: an agent enrolled by hand runs as a user of its
    /// own.
    private func giveToOwner(_ bundle: String) {
        let attributes = try? FileManager.default.attributesOfItem(atPath: directory + "/.")
        guard geteuid() == 0, let user = (attributes?[.ownerAccountID] as? UInt).flatMap(uid_t.init(exactly:)),
            let group = (attributes?[.groupOwnerAccountID] as? UInt).flatMap(gid_t.init(exactly:)), user != 0
        else { return }
        let inside = ["", "/ca.pem", "/cert.pem", "/key.pem"].map { "\(directory)/\(bundle)\($0)" }
        let links = ["/.current", "/ca.pem", "/cert.pem", "/key.pem"].map { directory + $0 }
        for path in inside + links { lchown(path, user, group) }
    }

    private func read(_ name: String) throws -> String {
        let path = "\(directory)/\(name)"
        guard let data = FileManager.default.contents(atPath: path) else {
            throw IdentityError.unreadable(path: path, reason: String(cString: strerror(errno)))
        }
        return String(decoding: data, as: UTF8.self)
    }
}
