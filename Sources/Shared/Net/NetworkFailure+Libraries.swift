import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

#if canImport(Glibc)
import Glibc
#endif

extension NetworkFailure {
    /// What an error of the sockets, of TLS or of HTTP means; `nil` for any other error.
    public init?(_ error: any Error) {
        switch error {
        case let error as NetworkFailure: self = error
        case let error as IOError: self.init(error)
        case let error as NIOConnectionError: self.init(error)
        case let error as SocketAddressError.UnknownHost: self.init(error)
        case let error as ChannelError: self.init(error)
        case let error as HTTPClientError: self.init(error)
        case let error as HTTPParserError: self.init(error)
        case is NIOTooManyBytesError: self.init(.failed, detail: "the answer is too large")
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: self = TLSFailure.classify(error)
        default: return nil
        }
    }

    private init(_ error: IOError) {
        let words = String(cString: strerror(error.errnoCode))
        switch error.errnoCode {
        case ECONNREFUSED: self.init(.refused)
        case ECONNRESET, ECONNABORTED: self.init(.reset)
        case EPIPE, ENOTCONN: self.init(.closed)
        case EHOSTUNREACH, ENETUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL: self.init(.unreachable, detail: words)
        case ETIMEDOUT: self.init(.timedOut)
        default: self.init(.failed, detail: words)
        }
    }

    /// Of several addresses that were tried, the first one's failure; without any the name had none.
    private init(_ error: NIOConnectionError) {
        if let first = error.connectionErrors.first?.error {
            self = Self(first) ?? Self(.failed, detail: "\(first)")
        } else if let problem = error.dnsAError ?? error.dnsAAAAError {
            self = (problem as? SocketAddressError.UnknownHost).map { Self($0) } ?? Self(.unknownHost)
        } else {
            self.init(.timedOut)
        }
    }

    private init(_ error: SocketAddressError.UnknownHost) {
        if error.errorCode == Int(EAI_AGAIN) {
            self.init(.failed, detail: "the name cannot be looked up: no name server answers")
        } else {
            self.init(.unknownHost)
        }
    }

    private init(_ error: ChannelError) {
        switch error {
        case .connectTimeout: self.init(.timedOut)
        case .eof, .ioOnClosedChannel, .alreadyClosed, .inputClosed, .outputClosed: self.init(.closed)
        case .writeHostUnreachable: self.init(.unreachable)
        default: self.init(.failed, detail: "the connection cannot be used: \(error)")
        }
    }

    private init(_ error: HTTPClientError) {
        switch error {
        case .connectTimeout, .tlsHandshakeTimeout, .readTimeout, .writeTimeout, .deadlineExceeded: self.init(.timedOut)
        case .getConnectionFromPoolTimeout: self.init(.timedOut, detail: "no connection became free")
        case .remoteConnectionClosed, .uncleanShutdown: self.init(.closed)
        case .cancelled, .requestStreamCancelled: self.init(.failed, detail: "the request was given up")
        default: self.init(.failed, detail: "the request failed: \(error.shortDescription)")
        }
    }

    private init(_ error: HTTPParserError) {
        switch error {
        // The connection ended in the middle of an answer, or before it.
        case .invalidEOFState, .closedConnection: self.init(.closed)
        default: self.init(.notHTTP)
        }
    }
}
