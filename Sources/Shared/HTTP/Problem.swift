import HTTPTypes
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// An error answer in the form of RFC 9457 (`application/problem+json`).
public struct Problem: Error, Codable, Sendable, Equatable {
    /// The HTTP status as a number.
    public var statusCode: Int
    /// The status in words.
    public var title: String
    /// What was wrong with this request, and the remedy.
    public var detail: String
    /// A stable word for programs, for example `token-used`.
    public var code: String

    /// The names on the wire.
    enum CodingKeys: String, CodingKey {
        case statusCode = "status"
        case title, detail, code
    }

    /// A problem.
    ///
    /// - Parameters:
    ///   - status: The HTTP status.
    ///   - code: A stable word for programs.
    ///   - detail: What was wrong and the remedy; goes to the peer, so it holds no secret.
    public init(_ status: HTTPResponse.Status, code: String, detail: String) {
        self.statusCode = status.code
        self.title = status.reasonPhrase
        self.code = code
        self.detail = detail
    }
}

extension Problem: CustomStringConvertible {
    /// Status, code and detail.
    public var description: String { "\(statusCode) \(title) (\(code)): \(detail)" }
}

extension Problem {
    /// The HTTP status.
    public var status: HTTPResponse.Status { HTTPResponse.Status(code: statusCode) }
}
