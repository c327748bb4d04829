import AsyncHTTPClient
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension EndpointWatcher {
    /// What one stream has told.
    struct StreamReader {
        var table: EndpointTable
        /// Whose stream it is.
        let controller: HostPort
        /// When the first line that counts came.
        var liveSince: ContinuousClock.Instant?
        /// The controller's number of this stream.
        var watch: UInt64?

        func acknowledgement(of revision: UInt64) -> OutgoingAcknowledgement {
            OutgoingAcknowledgement(
                message: EndpointAcknowledgement(revision: revision, watch: watch),
                controller: controller
            )
        }
    }

    /// The stream says something that cannot be followed.
    private struct StreamFault: Error, CustomStringConvertible {
        let description: String
        /// Whether what is known is still of use.
        var resumes = false
    }

    /// How a stream ended, and what follows from that.
    struct Ending {
        /// The reason in words.
        let reason: String
        /// Why another controller is to be asked.
        var failure = ControllerRotation.Failure.broken
        /// Whether the next stream may go on from the revision that is known.
        var resumes = true
        /// What the controller refused with.
        var problem: Problem?

        init(_ reason: String) {
            self.reason = reason
        }
    }

    /// How a stream ended that broke with an error.
    func ending(with error: any Error, at controller: HostPort) -> Ending {
        switch error {
        case let problem as Problem:
            var ending = Ending(problem.description)
            ending.failure = known.failure(problem)
            ending.problem = problem
            return ending
        case let fault as StreamFault:
            var ending = Ending(fault.description)
            ending.resumes = fault.resumes
            return ending
        default:
            return Ending(Self.words(for: error, controller: controller))
        }
    }

    /// Puts one line after the other into effect, until the stream ends or says what cannot be followed.
    func read(
        _ reader: inout StreamReader,
        from lines: DiscoveryAPI.Lines,
        _ acknowledge: AsyncStream<OutgoingAcknowledgement>.Continuation
    ) async throws {
        for try await line in lines {
            let receivedAt = Date()
            guard let notice = try? WireCoding.decode(EndpointNotice.self, from: line) else {
                throw StreamFault(description: "the controller sent a line that is not a notice")
            }
            reader.watch = notice.watch ?? reader.watch
            known.learn(notice.controllers)
            if notice.kind == .set { try checkNotBehind(notice, reader.table) }
            let effect = reader.table.apply(notice)
            switch effect {
            case .gap(let known, let told):
                let have = known.map { "revision \($0)" } ?? "no revision"
                throw StreamFault(description: "the controller told of revision \(told), known is \(have)")
            case .malformed(let reason):
                throw StreamFault(description: "the controller sent \(reason)")
            case .updated:
                if let set = reader.table.set {
                    pool.update(set)
                    if let gate {
                        gate.told(set, watch: reader.watch, at: reader.controller, isWhole: notice.kind == .set)
                    } else {
                        acknowledge.yield(reader.acknowledgement(of: set.revision))
                    }
                }
            case .unchanged, .ignored: break
            }
            if reader.liveSince == nil, case .ignored = effect {
            } else if reader.liveSince == nil {
                reader.liveSince = .now
                // A controller that was restarted does not know what is in effect here.
                if case .unchanged = effect, let revision = reader.table.revision {
                    if let gate {
                        gate.resumed(watch: reader.watch, at: reader.controller)
                    } else {
                        acknowledge.yield(reader.acknowledgement(of: revision))
                    }
                }
                onEvent(.connected)
            }
            switch notice.kind {
            case .set, .change, .scaling, .scaled:
                onEvent(.notice(notice, endpoints: reader.table.endpoints, receivedAt: receivedAt))
            case .heartbeat, .unknown: break
            }
        }
    }

    /// Refuses a whole set that is older than what is known: of several controllers one may lag behind.
    ///
    /// A controller that is the only one has lost its store, and what it says holds.
    private func checkNotBehind(_ notice: EndpointNotice, _ table: EndpointTable) throws {
        guard !known.list.isSingle, let revision = table.revision, notice.revision < revision else { return }
        throw StreamFault(
            description: "the controller told of revision \(notice.revision), which is older than \(revision)",
            resumes: true
        )
    }

    static func words(for error: any Error, controller: HostPort) -> String {
        if let error = error as? HTTPClientError, error == .readTimeout {
            return "the controller at \(controller) has fallen silent"
        }
        return "controller \(controller): \(ErrorText.of(error))"
    }
}
