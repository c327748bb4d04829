import Logging
import ServiceLifecycle
import Shared
import Synchronization
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Keeps this machine's identity: takes it from the disk, enrolls for it, renews it before it ends.
final class IdentityKeeper: Service {
    private struct Wishes {
        var renewal = false
        var enrollment = false
    }

    private enum Attempt {
        case got(Identity)
        /// The way there is broken: worth another try soon.
        case unreachable(String)
        /// The answer will be the same again, unless someone does something.
        case refused(String)
    }

    /// The identity, from when there is one.
    let identity = Latch<RotatingIdentity>()
    /// Set when there is no usable identity on disk, so that serving begins only after an enrollment.
    let needsEnrollment = Latch<Void>()

    private let configuration: AgentConfiguration
    private let connections: ControllerConnections
    private let enroller: Enroller
    private let rotation: Mutex<ControllerRotation>
    private let wishes = Mutex(Wishes())
    private let filter = Mutex(RepeatFilter())
    private let wakeup = Wakeup()
    private let logger: Logger

    init(configuration: AgentConfiguration, connections: ControllerConnections, logger: Logger) {
        self.configuration = configuration
        self.connections = connections
        let rotation = ControllerRotation(connections.known.list, backoff: configuration.timing.renewal)
        enroller = Enroller(uuid: configuration.uuid, api: connections.connection(rotation))
        self.rotation = Mutex(rotation)
        self.logger = logger
    }

    /// Renews now.
    func requestRenewal() {
        wishes.withLock { $0.renewal = true }
        wakeup.ring()
    }

    /// Looks at the certificate's age now: the clock has jumped.
    func look() {
        wakeup.ring()
    }

    /// Enrolls anew if there is a token that was not used yet: the controller does not accept this identity.
    func requestEnrollment() {
        wishes.withLock { $0.enrollment = true }
        wakeup.ring()
    }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await self.keep() }
        } catch is CancellationError {
            return
        }
    }

    private func keep() async throws {
        let rotating = try RotatingIdentity(try await firstIdentity())
        identity.set(rotating)
        var backoff = configuration.timing.renewal
        while true {
            try Task.checkCancellation()
            switch plan(for: rotating.current) {
            case .wait(let duration):
                backoff.reset()
                await wakeup.sleep(for: min(duration, configuration.timing.identityCheck))
            case .renew:
                let attempt = await renew(rotating.current)
                if case .got(let new) = attempt {
                    wishes.withLock { $0.renewal = false }
                    try take(new, into: rotating, how: "renewed")
                } else {
                    await pause(after: attempt, &backoff)
                }
            case .enroll:
                let attempt = await enroll()
                if case .got(let new) = attempt {
                    try take(new, into: rotating, how: "enrolled")
                } else {
                    await pause(after: attempt, &backoff)
                }
            case .stuck:
                complain(
                    "the certificate has ended and there is no unused join token; start this domain anew with the "
                        + "controller, or run 'cms-agent enroll' with a token of 'cms-controller token create'"
                )
                await wakeup.sleep(for: configuration.timing.refusal)
                adoptFromDisk(rotating)
            }
        }
    }

    private func plan(for identity: Identity) -> IdentityPlan {
        let wishes = wishes.withLock { $0 }
        let situation = IdentityPlan.Situation(
            notAfter: identity.certificate.notValidAfter,
            renewAt: identity.renewAt,
            renewalWanted: wishes.renewal,
            enrollmentWanted: wishes.enrollment,
            hasToken: unspentToken(configuration.credentials()) != nil
        )
        let plan = IdentityPlan.next(situation, now: Date())
        // Without a token the wish cannot be met; it must not come true much later, when another token appears.
        if wishes.enrollment, !situation.hasToken { self.wishes.withLock { $0.enrollment = false } }
        return plan
    }

    private func firstIdentity() async throws -> Identity {
        if let identity = usableFromDisk() { return identity }
        needsEnrollment.set(())
        var backoff = configuration.timing.enrollment
        while true {
            try Task.checkCancellation()
            let attempt = await enroll()
            if case .got(let identity) = attempt {
                save(identity, how: "enrolled")
                return identity
            }
            await pause(after: attempt, &backoff)
            // 'cms-agent enroll' may have been run meanwhile.
            if let identity = usableFromDisk() { return identity }
        }
    }

    /// The identity on disk if it is this machine's, of the right authority, and has not ended.
    private func usableFromDisk() -> Identity? {
        let store = configuration.state.identity
        do {
            guard let identity = try store.load() else { return nil }
            let reason: String? =
                if identity.spiffeID != .agent(uuid: configuration.uuid) {
                    "it is another machine's (\(identity.spiffeID?.uri ?? "no name"))"
                } else if let pin = configuration.credentials().authorityHash,
                    try identity.authority.fingerprint() != pin
                {
                    "its authority is not the one that the CA hash names"
                } else if Date() >= identity.certificate.notValidAfter {
                    "it was valid until \(identity.certificate.notValidAfter.rfc3339)"
                } else {
                    nil
                }
            guard let reason else { return identity }
            warn("the identity on disk is not used", reason)
        } catch {
            warn("the identity on disk cannot be read", ErrorText.of(error))
        }
        return nil
    }

    private func adoptFromDisk(_ rotating: RotatingIdentity) {
        guard let identity = usableFromDisk() else { return }
        try? rotating.replace(with: identity)
    }

    private func enroll() async -> Attempt {
        let credentials = configuration.credentials()
        guard let token = unspentToken(credentials) else {
            return .refused(
                credentials.token == nil
                    ? "no join token: give $CMS_JOIN_TOKEN or the credential cms.join-token, or run 'cms-agent enroll'"
                    : "the join token has been used already; get another with 'cms-controller token create'"
            )
        }
        guard let pin = credentials.authorityHash else {
            return .refused("no CA hash: give --ca-hash, $CMS_CA_HASH or the credential cms.ca-hash")
        }
        let attempt = await attempt { try await $0.enroll(token: token, authorityHash: pin) }
        if case .got = attempt {
            wishes.withLock { $0.enrollment = false }
            do {
                try configuration.state.markSpent(token: token)
            } catch {
                logger.error("cannot remember that the token is spent", metadata: ["error": "\(ErrorText.of(error))"])
            }
        }
        return attempt
    }

    private func renew(_ identity: Identity) async -> Attempt {
        let attempt = await attempt { try await $0.renew(identity) }
        // The controller does not take this identity for good: the next plan enrolls when there is a token.
        if case .refused = attempt { wishes.withLock { $0.enrollment = true } }
        return attempt
    }

    /// Asks one controller after another, until one issues a certificate or all have failed.
    private func attempt(_ work: (Enroller) async throws -> Identity) async -> Attempt {
        while true {
            let attempt = await ask(work)
            if case .got = attempt {
                rotation.withLock { $0.connected(at: .now) }
                return attempt
            }
            let known = connections.known.list
            let step = rotation.withLock { $0.next(after: .broken, among: known, at: .now) }
            if step.isRoundOver || Task.isCancelled { return attempt }
        }
    }

    private func ask(_ work: (Enroller) async throws -> Identity) async -> Attempt {
        do {
            let connection = connections.connection(rotation.withLock { $0 })
            return .got(try await work(enroller.at(connection)))
        } catch let failure as Enroller.Failure {
            return .refused("\(failure)")
        } catch let failure as AuthorityPin.Failure {
            if case .mismatch = failure { return .refused("\(failure)") }
            return .unreachable("\(failure)")
        } catch {
            return .unreachable(ErrorText.of(error))
        }
    }

    private func unspentToken(_ credentials: Credentials) -> String? {
        credentials.token.flatMap { configuration.state.isSpent(token: $0) ? nil : $0 }
    }

    private func take(_ new: Identity, into rotating: RotatingIdentity, how: String) throws {
        save(new, how: how)
        try rotating.replace(with: new)
    }

    /// Puts a new identity on disk.
    ///
    /// A full disk is no reason not to use it: the old one ends soon.
    private func save(_ identity: Identity, how: String) {
        filter.withLock { $0.reset() }
        logger.info(
            "has a certificate",
            metadata: ["how": "\(how)", "until": "\(identity.certificate.notValidAfter.rfc3339)"]
        )
        do {
            try configuration.state.identity.save(identity)
            try configuration.state.save(controller: rotation.withLock { $0.current })
        } catch {
            logger.error(
                "cannot save the certificate; it is used unsaved",
                metadata: ["error": "\(ErrorText.of(error))"]
            )
        }
    }

    private func pause(after attempt: Attempt, _ backoff: inout Backoff) async {
        // What an orderly stop breaks off did not fail.
        guard !Task.isCancelled else { return }
        switch attempt {
        case .got: return
        case .unreachable(let reason):
            warn("no certificate yet, trying again", reason)
            await wakeup.sleep(for: backoff.next())
        case .refused(let reason):
            complain(reason)
            await wakeup.sleep(for: configuration.timing.refusal)
        }
    }

    private var controllers: String { connections.known.list.all.map(\.description).joined(separator: ",") }

    private func warn(_ message: Logger.Message, _ reason: String) {
        guard filter.withLock({ $0.passes(reason) }) else { return }
        logger.warning(message, metadata: ["reason": "\(reason)", "controller": "\(controllers)"])
    }

    private func complain(_ reason: String) {
        guard filter.withLock({ $0.passes(reason) }) else { return }
        logger.error(
            "has no certificate and gets none",
            metadata: ["reason": "\(reason)", "controller": "\(controllers)"]
        )
    }
}
