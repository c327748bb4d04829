import AsyncHTTPClient
import NIOCore
import Shared
import Synchronization
import Wire

/// Which of several controllers an operator's questions go to.
final class OperatorPlace: Sendable {
    /// How long a group's next owner is waited for.
    private static let patience = Duration.seconds(5)

    private let known: KnownControllers
    private let rotation: Mutex<ControllerRotation>

    init(_ controllers: ControllerList) {
        known = KnownControllers(controllers)
        rotation = Mutex(ControllerRotation(controllers, backoff: Backoff()))
    }

    /// The controller whose turn it is.
    var controller: HostPort { rotation.withLock { $0.current } }

    /// Asks one controller after another, until one takes the question.
    ///
    /// - Parameter ask: Asks one, with the longest wait for a connection; throws ``Elsewhere`` where it did not take the
    ///   question.
    /// - Throws: What the last one failed with.
    func ask<Answer>(_ ask: (HostPort, Duration) async throws -> Answer) async throws -> Answer {
        let end = ContinuousClock.now + Self.patience
        while true {
            let turn = rotation.withLock { $0 }
            let isHasty = turn.isHasty(among: known.list)
            do {
                let answer = try await ask(turn.current, isHasty ? ControllerClients.hastyConnect : .seconds(3))
                rotation.withLock { $0.connected(at: .now) }
                return answer
            } catch let elsewhere as Elsewhere {
                let failure = elsewhere.problem.map(known.failure) ?? .broken
                let list = known.list
                let step = rotation.withLock { $0.next(after: failure, among: list, at: .now) }
                if step.isRoundOver || ContinuousClock.now >= end { throw elsewhere.failure }
                if step.wait > .zero { try await Task.sleep(for: step.wait) }
            }
        }
    }

    /// A controller did not take a question: another one may.
    struct Elsewhere: Error {
        /// What an operator reads when no other one does.
        let failure: OperatorClient.Failure
        /// What it said; `nil` when it was not reached.
        var problem: Problem?

        /// Whether a problem says that another controller, or this one later, takes the question.
        static func isMeant(_ problem: Problem) -> Bool {
            [Problem.otherControllerCode, Problem.noControllerCode].contains(problem.code)
        }

        /// Whether a question was not sent, or may be sent twice.
        ///
        /// - Parameters:
        ///   - error: What the connection threw.
        ///   - changesNothing: Whether the question only reads.
        static func isMeant(_ error: any Error, changesNothing: Bool) -> Bool {
            if let error = error as? HTTPClientError, error == .connectTimeout || error == .tlsHandshakeTimeout {
                return true
            }
            if case .connectTimeout? = error as? ChannelError { return true }
            return switch NetworkFailure(error)?.kind {
            case .refused, .unreachable, .unknownHost: true
            case .timedOut: changesNothing
            default: false
            }
        }
    }
}
