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

    private let controller: HostPort
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
        self.controller = controller
        self.identity = identity
        self.store = store
        self.backoff = backoff
        self.onEvent = onEvent
    }

    /// Renews until graceful shutdown or cancellation.
    public func run() async throws {
        let http = HTTPClient.cms()
        let api = DiscoveryAPI(address: controller, identity: identity, http: http)
        await cancelWhenGracefulShutdown { await renewals(api) }
        await http.shutDown(within: .milliseconds(250))
    }

    private func renewals(_ api: DiscoveryAPI) async {
        var backoff = self.backoff
        while !Task.isCancelled {
            let left = Duration.seconds(identity.current.renewAt.timeIntervalSinceNow)
            if left > .zero {
                try? await ContinuousClock().sleep(for: min(left, Self.longestNap))
                continue
            }
            do {
                let request = try CertificateRequest(commonName: identity.current.spiffeID?.uri ?? "client")
                let issued = try await api.renew(RenewalRequest(csr: request.pem))
                let new = try request.identity(with: issued)
                guard new.renewAt > Date() else {
                    throw AttemptFailure(.final, "the controller issued a certificate that is due for renewal already")
                }
                try identity.replace(with: new)
                backoff.reset()
                onEvent(.renewed(notAfter: new.certificate.notValidAfter, saveFailure: save(new)))
            } catch {
                if Task.isCancelled { break }
                let wait = backoff.next()
                let reason = ErrorText.of(error)
                onEvent(.failed(reason: reason, retryIn: wait))
                try? await ContinuousClock().sleep(for: wait)
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
