import Autoscaling
import Foundation
import Synchronization

/// What was last heard of each query, and how often it failed: written by those who ask, read at each tick.
package final class QueryBoard: Sendable {
    /// What is known of one query.
    package struct Record: Sendable {
        /// What the engine is shown.
        package var reading: QueryReading
        /// When it last had a value; `nil`: never.
        package var answeredAt: MonotonicInstant?
        /// How often it got none, by cause.
        package var failures: [QueryFailure.Cause: UInt64] = [:]
    }

    private let state = Mutex<[PrometheusQuery: Record]>([:])

    /// A board with nothing on it.
    package init() {}

    /// Notes the answer of a question.
    ///
    /// - Parameters:
    ///   - answer: What was answered.
    ///   - query: The query.
    ///   - now: The moment at which the answer was there.
    ///   - date: The same by the wall clock, which tells how old the value is.
    package func note(_ answer: PrometheusAnswer, of query: PrometheusQuery, now: MonotonicInstant, date: Date) {
        do {
            let age = try answer.age(at: date, limit: query.maxAge)
            let moment = now.advanced(by: .zero - age)
            state.withLock { state in
                var record = state[query] ?? Record(reading: QueryReading(query, value: answer.value, at: moment))
                record.reading = QueryReading(query, value: answer.value, at: moment)
                record.answeredAt = moment
                state[query] = record
            }
        } catch {
            note(error, of: query)
        }
    }

    /// Notes that a question got no value.
    package func note(_ failure: QueryFailure, of query: PrometheusQuery) {
        state.withLock { state in
            let reading = QueryReading(query, failure: failure.description)
            var record = state[query] ?? Record(reading: reading)
            record.reading = reading
            record.failures[failure.cause, default: 0] += 1
            state[query] = record
        }
    }

    /// Forgets every query that is not among these.
    func keep(only queries: Set<PrometheusQuery>) {
        state.withLock { state in
            if state.keys.contains(where: { !queries.contains($0) }) {
                state = state.filter { queries.contains($0.key) }
            }
        }
    }

    /// What is known of a query; `nil` before its first answer.
    package subscript(query query: PrometheusQuery) -> Record? {
        state.withLock { $0[query] }
    }

    /// What the engine is shown of a policy's queries; `nil` when it has none.
    package func readings(of queries: [PrometheusQuery]) -> [QueryReading]? {
        guard !queries.isEmpty else { return nil }
        return state.withLock { state in queries.compactMap { state[$0]?.reading } }
    }
}
