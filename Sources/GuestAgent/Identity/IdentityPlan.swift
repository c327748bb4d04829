#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is to be done about the identity now: decided from values, without a clock.
enum IdentityPlan: Equatable {
    /// Nothing until the time has passed.
    case wait(Duration)
    /// Renew over mutual TLS.
    case renew
    /// Enroll by token.
    case enroll
    /// The certificate is over and there is no token that could bring another.
    case stuck

    /// What the identity's owner knows.
    struct Situation {
        /// When the certificate ends.
        var notAfter: Date
        /// When it is time to renew.
        var renewAt: Date
        /// Whether someone asked for a renewal.
        var renewalWanted = false
        /// Whether the controller does not know the identity any more.
        var enrollmentWanted = false
        /// Whether there is a token that was not used yet.
        var hasToken = false
    }

    /// The plan at `now`.
    static func next(_ situation: Situation, now: Date) -> IdentityPlan {
        if situation.enrollmentWanted, situation.hasToken { return .enroll }
        if now >= situation.notAfter { return situation.hasToken ? .enroll : .stuck }
        if situation.renewalWanted || now >= situation.renewAt { return .renew }
        return .wait(.seconds(situation.renewAt.timeIntervalSince(now)))
    }
}
