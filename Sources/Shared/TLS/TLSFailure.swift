import NIOSSL

/// What the errors of TLS mean, in plain words.
public enum TLSFailure {
    /// What an error of NIOSSL means for the connection.
    static func classify(_ error: any Error) -> NetworkFailure {
        switch error {
        case NIOSSLError.uncleanShutdown: NetworkFailure(.closed)
        case NIOSSLError.handshakeFailed(let reason) where isEnd("\(reason)"):
            NetworkFailure(.closed, detail: "during the TLS handshake")
        case NIOSSLError.handshakeFailed(let reason): insecure(words(of: "\(reason)"))
        case NIOSSLError.noCertificateToValidate: insecure("the other side shows no certificate")
        case NIOSSLError.unableToValidateCertificate: insecure(otherName)
        case let error as NIOSSLExtraError where error == .failedToValidateHostname: insecure(otherName)
        default: insecure(words(of: "\(error)"))
        }
    }

    /// Whether `error` says that the other side's certificate is of an authority that is not trusted here.
    package static func isOfForeignCertificate(_ error: any Error) -> Bool {
        guard let failure = NetworkFailure(error), failure.kind == .insecure else { return false }
        return failure.description.contains(foreign)
    }

    /// Why a handshake failed, in plain words.
    ///
    /// - Parameter reason: The library's text.
    public static func words(of reason: String) -> String {
        if isEnd(reason) { return "the other side closed the connection" }
        guard let name = name(in: reason) else { return "no reason is known" }
        return plain[name] ?? name.lowercased().split(separator: "_").joined(separator: " ")
    }

    private static func insecure(_ words: String) -> NetworkFailure {
        NetworkFailure(.insecure, detail: "no TLS connection: \(words)")
    }

    private static func isEnd(_ reason: String) -> Bool { reason.contains("EOF during") }

    /// BoringSSL's name for the fault, without the place in its sources.
    private static func name(in reason: String) -> String? {
        guard let range = reason.firstRange(of: "OPENSSL_internal:") else { return nil }
        return String(reason[range.upperBound...].prefix { $0 != " " && $0 != "]" })
    }

    private static let otherName = "the other side's certificate is for another name or address"
    private static let distrusted =
        "the other side does not accept this program's certificate: another authority issued it, or it is not valid there"
    private static let foreign =
        "the other side's certificate is not trusted: another authority issued it, or it is not valid at this machine's "
        + "time"
    private static let noTLS = "the other side does not speak TLS"
    private static let plain = [
        "CERTIFICATE_VERIFY_FAILED": foreign,
        "TLSV1_ALERT_UNKNOWN_CA": distrusted,
        "SSLV3_ALERT_BAD_CERTIFICATE": distrusted,
        "SSLV3_ALERT_CERTIFICATE_UNKNOWN": distrusted,
        "SSLV3_ALERT_CERTIFICATE_REVOKED": "the other side says that this program's certificate was revoked",
        "SSLV3_ALERT_CERTIFICATE_EXPIRED": "the other side says that this program's certificate has ended",
        "TLSV1_ALERT_CERTIFICATE_REQUIRED": "the other side asks for a certificate, and none was shown",
        "PEER_DID_NOT_RETURN_A_CERTIFICATE": "the other side shows no certificate",
        "WRONG_VERSION_NUMBER": noTLS,
        "HTTP_REQUEST": noTLS,
        "HTTPS_PROXY_REQUEST": noTLS,
        "BAD_PACKET_LENGTH": noTLS,
        "UNSUPPORTED_PROTOCOL": "the other side speaks an older TLS than is accepted here",
        "TLSV1_ALERT_PROTOCOL_VERSION": "the other side does not speak TLS 1.3",
    ]
}
