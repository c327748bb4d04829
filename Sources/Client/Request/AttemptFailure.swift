import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#endif

/// Why one attempt at a request failed, and so what to do next.
///
/// Operations given to ``ServiceClient/withEndpoint(timeout:_:)`` may throw it to say so themselves.
public struct AttemptFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// What an attempt failed of.
    public enum Kind: Sendable, Equatable {
        /// No connection: refused, no route, time-out, failed handshake. Another endpoint may serve.
        case unreachable
        /// The connection broke after it was made. Another endpoint may serve.
        case broken
        /// The endpoint is busy or draining (503), with the wait it asked for. Another endpoint may serve.
        case busy(retryAfter: Duration?)
        /// The endpoint failed at the request (5xx). Another endpoint may do better, once.
        case serverError
        /// The deadline passed.
        case timedOut
        /// The answer was wrong or the request is: no endpoint would do better.
        case final
    }

    /// What kind of failure.
    public var kind: Kind
    /// The reason in words.
    public var reason: String

    /// A failure.
    public init(_ kind: Kind, _ reason: String) {
        self.kind = kind
        self.reason = reason
    }

    /// The reason.
    public var description: String { reason }

    /// What `error`, thrown by an HTTP or socket call, means for the request.
    public init(classifying error: any Error) {
        switch error {
        case let failure as AttemptFailure: self = failure
        case let error as HTTPClientError: self.init(Self.kind(of: error), Self.words(for: error))
        case let error as NIOConnectionError:
            let cause = (error.connectionErrors.first?.error ?? error.dnsAError).map(Self.words)
            self.init(.unreachable, "cannot connect to \(error.host):\(error.port): \(cause ?? "no address")")
        case let error as IOError:
            let refused = [ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, EADDRNOTAVAIL]
            let isRefused = refused.contains(error.errnoCode)
            let what = isRefused ? "cannot connect" : "the connection broke"
            self.init(isRefused ? .unreachable : .broken, "\(what): \(Self.words(error))")
        case let error as ChannelError:
            if case .connectTimeout = error {
                self.init(.unreachable, "no connection in time")
            } else {
                self.init(.broken, "the connection broke: \(error)")
            }
        case let error as NIOSSLError:
            if case .uncleanShutdown = error {
                self.init(.broken, "the connection broke")
            } else {
                self.init(.unreachable, "TLS handshake failed: \(error)")
            }
        case is NIOSSLExtraError, is BoringSSLError:
            self.init(.unreachable, "TLS failed: \(error)")
        case is HTTPParserError:
            self.init(.broken, "the peer does not speak HTTP: \(error)")
        case is NIOTooManyBytesError:
            self.init(.final, "the answer is too large")
        default:
            self.init(.final, "\(error)")
        }
    }

    private static func kind(of error: HTTPClientError) -> Kind {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .getConnectionFromPoolTimeout: .unreachable
        case .remoteConnectionClosed, .uncleanShutdown, .writeTimeout, .cancelled, .requestStreamCancelled: .broken
        case .readTimeout, .deadlineExceeded: .timedOut
        default: .final
        }
    }

    /// The system's words for its errors, without NIO's around them.
    private static func words(_ error: any Error) -> String {
        (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
    }

    private static func words(for error: HTTPClientError) -> String {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout: "no connection in time"
        case .getConnectionFromPoolTimeout: "no free connection in time"
        case .remoteConnectionClosed: "the peer closed the connection"
        case .readTimeout, .deadlineExceeded: "no answer in time"
        default: "\(error.shortDescription)"
        }
    }
}
