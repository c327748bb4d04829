import AsyncHTTPClient
import ServiceLifecycle
import Shared
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Renews a client's certificate at the controller when two thirds of its life are over, for as long as it runs.
public struct IdentityRenewer: Service {
    /// What became of a renewal.
    public enum Event: Sendable, Equatable {
        /// A new certificate is in use, and on disk when `saveFailure` is `nil`.
        case renewed(notAfter: Date, saveFailure: String?)
        /// The renewal failed and is tried again after the wait.
        case failed(reason: String, retryIn: Duration)
    }

    private let known: KnownControllers
    private let identity: RotatingIdentity
    private let store: IdentityStore?
    private let backoff: Backoff
    private let onEvent: @Sendable (Event) -> Void

    /// The wall clock may be set: the date is looked at again at least this often.
    private static let longestNap: Duration = .seconds(60)

    /// A renewer, which does nothing before ``run()``.
    ///
    /// - Parameters:
    ///   - controller: The controller's address.
    ///   - identity: What is renewed.
    ///   - store: Where new certificates are kept; `nil` for memory alone.
    ///   - backoff: The waits after failures.
    ///   - onEvent: Told of each renewal; returns soon.
    public init(
        controller: HostPort,
        identity: RotatingIdentity,
        store: IdentityStore?,
        backoff: Backoff = Backoff(base: .seconds(1), maximum: .seconds(60)),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.init(
            known: KnownControllers(ControllerList(controller)),
            identity: identity,
            store: store,
            backoff: backoff,
            onEvent: onEvent
        )
    }

    /// A renewer at whichever controller answers.
    package init(
        known: KnownControllers,
        identity: RotatingIdentity,
        store: IdentityStore?,
        backoff: Backoff = Backoff(base: .seconds(1), maximum: .seconds(60)),
        onEvent: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        self.known = known
        self.identity = identity
        self.store = store
        self.backoff = backoff
        self.onEvent = onEvent
    }

    /// Renews until graceful shutdown or cancellation.
    public func run() async throws {
        let clients = ControllerClients()
        await cancelWhenGracefulShutdown { await renewals(clients) }
        await clients.shutDown(within: .milliseconds(250))
    }

    private func renewals(_ clients: ControllerClients) async {
        var rotation = ControllerRotation(known.list, backoff: backoff)
        while !Task.isCancelled {
            let left = Duration.seconds(identity.current.renewAt.timeIntervalSinceNow)
            if left > .zero {
                try? await ContinuousClock().sleep(for: min(left, Self.longestNap))
                continue
            }
            let http = clients.client(isHasty: rotation.isHasty(among: known.list))
            let api = DiscoveryAPI(address: rotation.current, identity: identity, http: http)
            do {
                let request = try CertificateRequest(commonName: identity.current.spiffeID?.uri ?? "client")
                let issued = try await api.renew(RenewalRequest(csr: request.pem))
                let new = try request.identity(with: issued)
                guard new.renewAt > Date() else {
                    throw AttemptFailure(.final, "the controller issued a certificate that is due for renewal already")
                }
                try identity.replace(with: new)
                rotation.connected(at: .now)
                onEvent(.renewed(notAfter: new.certificate.notValidAfter, saveFailure: save(new)))
            } catch {
                if Task.isCancelled { break }
                let failure = (error as? Problem).map(known.failure) ?? .broken
                let step = rotation.next(after: failure, among: known.list, at: .now)
                onEvent(.failed(reason: ErrorText.of(error), retryIn: step.wait))
                if step.wait > .zero { try? await ContinuousClock().sleep(for: step.wait) }
            }
        }
    }

    private func save(_ identity: Identity) -> String? {
        guard let store else { return nil }
        do {
            try store.save(identity)
            return nil
        } catch {
            return ErrorText.of(error)
        }
    }
}
