import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import SwiftASN1
import Synchronization
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Learns a controller's certificate authority from the controller itself, trusting only the pinned fingerprint.
///
/// A bare TLS handshake is made, in which the peer's chain is accepted when, and only when, it holds a certificate with
/// the pinned fingerprint that signed the chain's leaf. Nothing is sent over this connection.
public enum AuthorityPin {
    /// Why the authority could not be learnt.
    public enum Failure: Error, CustomStringConvertible {
        /// The peer showed no certificate with the pinned fingerprint; these were shown.
        case mismatch(pinned: String, shown: [String])
        /// The connection or the handshake failed.
        case unreachable(HostPort, reason: String)

        /// One sentence with the remedy.
        public var description: String {
            switch self {
            case .mismatch(let pinned, let shown):
                "the controller's certificate authority is not the pinned one (\(pinned)); it showed "
                    + (shown.isEmpty ? "none" : shown.joined(separator: ", "))
                    + "; take the hash from 'cms-controller token create' on the right controller"
            case .unreachable(let address, let reason):
                "cannot reach the controller at \(address): \(reason)"
            }
        }
    }

    /// Connects to `address` and returns the authority with the fingerprint `pin`.
    public static func fetch(
        from address: HostPort,
        pin: String,
        timeout: TimeAmount = .seconds(5),
        on group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) async throws -> Certificate {
        let found = Found()
        let done = group.next().makePromise(of: Void.self)
        do {
            let channel = try await connect(to: address, pin: pin, timeout: timeout, on: group, found, done)
            let timer = channel.eventLoop.scheduleTask(in: timeout) {
                let reason = "nothing came within \(timeout.nanoseconds / 1_000_000) ms"
                done.fail(
                    Failure.unreachable(address, reason: NetworkFailure(.timedOut, detail: reason).description)
                )
            }
            defer { timer.cancel() }
            do {
                try await withTaskCancellationHandler {
                    try await done.futureResult.get()
                } onCancel: {
                    done.fail(CancellationError())
                }
            } catch {
                try? await channel.close()
                throw error
            }
            try? await channel.close()
        } catch let failure as Failure {
            throw failure
        } catch let error as CancellationError {
            throw error
        } catch {
            done.fail(error)
            if found.refused { throw Failure.mismatch(pinned: pin, shown: found.shown) }
            throw Failure.unreachable(address, reason: ErrorText.of(error))
        }
        guard let authority = found.authority else { throw Failure.mismatch(pinned: pin, shown: found.shown) }
        return authority
    }

    /// Opens a connection whose handshake `found` examines and `done` waits for.
    private static func connect(
        to address: HostPort,
        pin: String,
        timeout: TimeAmount,
        on group: any EventLoopGroup,
        _ found: Found,
        _ done: EventLoopPromise<Void>
    ) async throws -> any Channel {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv13
        // The verification callback below replaces the check of the chain; the name is checked by every later request.
        configuration.certificateVerification = .noHostnameVerification
        // The system's roots are never trusted, and a guest may have none to load.
        configuration.trustRoots = .certificates([])
        let context = try NIOSSLContext(configuration: configuration)
        let callback: @Sendable ([NIOSSLCertificate], EventLoopPromise<NIOSSLVerificationResult>) -> Void = {
            chain,
            promise in
            promise.succeed(found.examine(chain, pin: pin) ? .certificateVerified : .failed)
        }
        return try await ClientBootstrap(group: group)
            .connectTimeout(timeout)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(
                        context: context,
                        serverHostname: nil,
                        customVerificationCallback: callback
                    )
                    try channel.pipeline.syncOperations.addHandlers(handler, HandshakeWaiter(done: done))
                }
            }
            .connect(host: address.host, port: address.port).get()
    }

    /// What the handshake showed.
    private final class Found: Sendable {
        private struct State {
            var authority: Certificate?
            var shown: [String] = []
            var refused = false
        }

        private let state = Mutex(State())
        var authority: Certificate? { state.withLock { $0.authority } }
        var shown: [String] { state.withLock { $0.shown } }
        var refused: Bool { state.withLock { $0.refused } }

        func examine(_ chain: [NIOSSLCertificate], pin: String) -> Bool {
            let ders = chain.prefix(8).compactMap { try? $0.toDERBytes() }
            let prints = ders.map(Fingerprint.of(der:))
            var authority: Certificate?
            if let index = prints.firstIndex(of: pin.lowercased()),
                let leaf = ders.first.flatMap({ try? Certificate(derEncoded: $0) }),
                let candidate = try? Certificate(derEncoded: ders[index]),
                candidate.publicKey.isValidSignature(leaf.signature, for: leaf)
            {
                authority = candidate
            }
            state.withLock {
                $0.authority = authority
                $0.shown = prints
                $0.refused = authority == nil
            }
            return authority != nil
        }
    }

    /// Completes its promise when the handshake ends. Used by one channel, on its event loop only.
    private final class HandshakeWaiter: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let done: EventLoopPromise<Void>

        init(done: EventLoopPromise<Void>) {
            self.done = done
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case .handshakeCompleted? = event as? TLSUserEvent { done.succeed(()) }
            context.fireUserInboundEventTriggered(event)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            done.fail(error)
            context.close(promise: nil)
        }

        func channelInactive(context: ChannelHandlerContext) {
            done.fail(ChannelError.eof)
        }
    }
}
