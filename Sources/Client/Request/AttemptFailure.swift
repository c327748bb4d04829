import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL
import Shared

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
        if let failure = error as? AttemptFailure {
            self = failure
        } else if let failure = NetworkFailure(error) {
            self.init(Self.kind(of: failure, from: error), failure.description)
        } else {
            self.init(.final, ErrorText.of(error))
        }
    }

    private static func kind(of failure: NetworkFailure, from error: any Error) -> Kind {
        switch error {
        // Whatever it was, there is no connection.
        case is NIOConnectionError: .unreachable
        case let error as NIOSSLError where error != .uncleanShutdown: .unreachable
        case let error as HTTPClientError: kind(of: error)
        case is NIOTooManyBytesError: .final
        default:
            switch failure.kind {
            case .refused, .unreachable, .unknownHost, .insecure: .unreachable
            case .timedOut: error is ChannelError ? .unreachable : .broken
            case .reset, .closed, .notHTTP, .failed: .broken
            }
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
}
