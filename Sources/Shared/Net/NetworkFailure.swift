/// Why something over the network failed, in one plain sentence.
///
/// The libraries below say the same thing in many ways, some of them misleading: a refused connection is "connection
/// reset (error set)" to one of them, and a peer that was killed "does not speak HTTP" to another.
public struct NetworkFailure: Error, Sendable, Hashable {
    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// The host is there, and nothing listens on that port.
        case refused
        /// The other side broke the connection off.
        case reset
        /// The other side ended the connection before it had said all.
        case closed
        /// No way leads to the host.
        case unreachable
        /// The name has no address.
        case unknownHost
        /// Nothing came in time.
        case timedOut
        /// There is no secure connection: a certificate is not accepted, or TLS is not spoken there.
        case insecure
        /// What the other side sends is no HTTP.
        case notHTTP
        /// Something else of the connection or the request.
        case failed
    }

    /// What happened.
    public let kind: Kind
    /// One plain sentence without a full stop, for behind a colon.
    public let description: String

    /// A failure with its usual sentence.
    ///
    /// - Parameters:
    ///   - kind: What happened.
    ///   - detail: What is known beyond that; in place of the sentence for kinds that have none.
    public init(_ kind: Kind, detail: String? = nil) {
        self.kind = kind
        switch (Self.sentence(of: kind), detail) {
        case (let sentence?, let detail?): description = "\(sentence) (\(detail))"
        case (let words?, nil), (nil, let words?): description = words
        case (nil, nil): description = "the connection failed"
        }
    }

    private static func sentence(of kind: Kind) -> String? {
        switch kind {
        case .refused: "the connection was refused: no program listens on that port"
        case .reset: "the other side reset the connection"
        case .closed: "the other side closed the connection"
        case .unreachable: "the host cannot be reached"
        case .unknownHost: "there is no host of that name"
        case .timedOut: "no answer in time"
        case .notHTTP: "the other side does not speak HTTP"
        case .insecure, .failed: nil
        }
    }
}

extension NetworkFailure: CustomStringConvertible {}
