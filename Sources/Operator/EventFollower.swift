import Foundation
import Lifecycle

/// Follows what happens, over broken connections and restarts of the controller, with each event once and none left out.
package struct EventFollower: Sendable {
    /// How to ask for events.
    package typealias Ask = @Sendable (OperatorClient.EventRequest) async throws -> OperatorClient.EventAnswer

    private static let wait = 30
    private static let pageLimit = 1000
    private static let pauses = (first: Duration.milliseconds(500), longest: Duration.seconds(5))
    private let ask: Ask
    private let sleep: @Sendable (Duration) async throws -> Void

    /// A follower.
    package init(ask: @escaping Ask) {
        self.init(ask: ask) { try await Task.sleep(for: $0) }
    }

    init(ask: @escaping Ask, sleep: @escaping @Sendable (Duration) async throws -> Void) {
        self.ask = ask
        self.sleep = sleep
    }

    /// Tells the last events, and then each new one, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - question: Which events; `limit` says how many of the past.
    ///   - emit: Takes events, oldest first.
    ///   - notice: Takes what is to be said beside them.
    /// - Throws: When the first question fails, when the controller refuses a later one, and what `emit` throws.
    package func run(
        _ question: OperatorClient.EventRequest,
        emit: ([ControllerEvent]) throws -> Void,
        notice: (String) -> Void
    ) async throws {
        let first = try await ask(question)
        try emit(first.events.reversed())
        var question = question
        question.after = first.events.first?.id ?? 0
        question.isOldestFirst = true
        question.limit = Self.pageLimit
        question.wait = Self.wait
        var pause = Self.pauses.first
        var isLost = false
        while !Task.isCancelled {
            let answer: OperatorClient.EventAnswer
            do {
                answer = try await ask(question)
            } catch let failure as OperatorClient.Failure where failure.isTransient {
                if Task.isCancelled { return }
                if !isLost { notice("\(failure); trying again") }
                isLost = true
                try await sleep(pause)
                pause = min(pause * 2, Self.pauses.longest)
                continue
            }
            if isLost { notice("the controller answers again") }
            isLost = false
            pause = Self.pauses.first
            if let newest = answer.newest, newest < question.after ?? 0 {
                notice("the controller has begun a new store; its events are told from the first")
                question.after = 0
                continue
            }
            try emit(answer.events)
            question.after = answer.events.last?.id ?? question.after
        }
    }
}
