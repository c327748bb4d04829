import Shared
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Where a client's identity comes from, and what is wrong when it cannot be used.
public enum ClientIdentity {
    /// The directory that is used when none is named: `$CMS_IDENTITY`, else `~/.config/cms`.
    public static func defaultDirectory(environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
        if let named = environment["CMS_IDENTITY"], !named.isEmpty { return named }
        if let base = environment["XDG_CONFIG_HOME"], !base.isEmpty { return base + "/cms" }
        return (environment["HOME"] ?? "") + "/.config/cms"
    }

    /// The identity in `directory`, checked to be usable at `now`.
    ///
    /// - Throws: ClientIdentityError that names the fault and the remedy.
    public static func load(from directory: String, now: Date = Date()) throws -> Identity {
        let identity: Identity?
        do {
            identity = try IdentityStore(directory: directory).load()
        } catch {
            throw ClientIdentityError.unusable(directory: directory, reason: ErrorText.of(error))
        }
        guard let identity else { throw ClientIdentityError.missing(directory: directory) }
        let certificate = identity.certificate
        guard now >= certificate.notValidBefore else {
            throw ClientIdentityError.notYetValid(directory: directory, at: certificate.notValidBefore)
        }
        guard now < certificate.notValidAfter else {
            throw ClientIdentityError.expired(directory: directory, at: certificate.notValidAfter)
        }
        guard case .client = identity.spiffeID else {
            if case .operator = identity.spiffeID { return identity }
            let name = identity.spiffeID?.uri ?? "nobody"
            throw ClientIdentityError.unusable(directory: directory, reason: "the certificate speaks for \(name)")
        }
        return identity
    }
}

/// Why there is no identity to work with.
public enum ClientIdentityError: Error, CustomStringConvertible, Equatable {
    /// There is none.
    case missing(directory: String)
    /// It is over.
    case expired(directory: String, at: Date)
    /// It is not valid yet, or the clock is wrong.
    case notYetValid(directory: String, at: Date)
    /// Its files are damaged or of another role.
    case unusable(directory: String, reason: String)

    /// What is wrong, and the remedy.
    public var description: String {
        switch self {
        case .missing(let directory):
            "no identity in \(directory) (cert.pem, key.pem, ca.pem); make one on the controller's host with "
                + "'cms-controller client add NAME --out \(ShellText.word(directory))', or name its directory with --identity"
        case .expired(let directory, let date):
            "the certificate in \(directory) expired on \(date.rfc3339); make a new one on the controller's host with "
                + "'cms-controller client add NAME --out \(ShellText.word(directory))'"
        case .notYetValid(let directory, let date):
            "the certificate in \(directory) is valid from \(date.rfc3339) on; check this machine's clock"
        case .unusable(let directory, let reason):
            "the identity in \(directory) cannot be used: \(reason); make a new one on the controller's host with "
                + "'cms-controller client add NAME --out \(ShellText.word(directory))'"
        }
    }
}
