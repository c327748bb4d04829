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
    /// `host:port` of the controllers to ask instead, the one that owns the group first where it is known; absent for
    /// most problems.
    public var controllers: [String]?

    /// The names on the wire.
    enum CodingKeys: String, CodingKey {
        case statusCode = "status"
        case title, detail, code, controllers
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

    /// A group is another controller's: `other-controller`.
    ///
    /// - Parameters:
    ///   - controllers: `host:port` of the controllers to ask, the group's owner first.
    ///   - detail: What was wrong and the remedy; goes to the peer, so it holds no secret.
    package static func otherController(_ controllers: [String], detail: String) -> Problem {
        var problem = Problem(.misdirectedRequest, code: otherControllerCode, detail: detail)
        problem.controllers = ControllerList.bounded(controllers)
        return problem
    }

    /// A group has no owner for the moment: `no-controller`.
    ///
    /// - Parameters:
    ///   - controllers: `host:port` of the live controllers, to be asked again shortly.
    ///   - detail: What was wrong and the remedy; goes to the peer, so it holds no secret.
    package static func noController(_ controllers: [String], detail: String) -> Problem {
        var problem = Problem(.serviceUnavailable, code: noControllerCode, detail: detail)
        problem.controllers = ControllerList.bounded(controllers)
        return problem
    }

    /// The code of a group that is another controller's, with status 421.
    package static let otherControllerCode = "other-controller"
    /// The code of a group that has no owner for the moment, with status 503.
    package static let noControllerCode = "no-controller"
}

extension Problem: CustomStringConvertible {
    /// Status, code and detail.
    public var description: String { "\(statusCode) \(title) (\(code)): \(detail)" }
}

extension Problem {
    /// The HTTP status.
    public var status: HTTPResponse.Status { HTTPResponse.Status(code: statusCode) }
}
