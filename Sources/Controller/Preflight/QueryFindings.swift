import AsyncHTTPClient
import Autoscaling
import Foundation
import Lifecycle
import NIOCore
import Orchestration
import Shared
import Wire

/// Asks each query of the groups' rules once, and says what came of it.
struct QueryFindings {
    /// The most questions at a time.
    private static let width = 8
    let groups: [GroupConfiguration]
    let client: any PrometheusClient

    private struct Question: Sendable {
        var place: String
        var query: PrometheusQuery
    }

    /// What a client over HTTP finds; nothing is opened when there is no query.
    static func findings(_ groups: [GroupConfiguration]) async -> [ValidationFinding] {
        guard groups.contains(where: { !$0.policy.queries.isEmpty }) else { return [] }
        let client = HTTPClient.cms(connectTimeout: .seconds(60), readTimeout: .seconds(60))
        let findings = await QueryFindings(groups: groups, client: HTTPPrometheusClient(client: client)).findings()
        await client.shutDown(within: .seconds(1))
        return findings
    }

    /// A finding for each query, in the order of the file.
    func findings() async -> [ValidationFinding] {
        var questions: [Question] = []
        for group in groups {
            for (index, rule) in group.policy.rules.enumerated() {
                guard case .prometheus(let target) = rule else { continue }
                questions.append(
                    Question(place: "group \(group.name): policy.rules[\(index)].prometheus", query: target.query)
                )
            }
        }
        let all = questions
        return await withTaskGroup(of: (Int, ValidationFinding).self) { tasks in
            var found = [ValidationFinding?](repeating: nil, count: all.count)
            for (index, question) in all.enumerated() {
                if index >= Self.width, let (done, finding) = await tasks.next() { found[done] = finding }
                tasks.addTask { (index, await ask(question)) }
            }
            for await (done, finding) in tasks { found[done] = finding }
            return found.compactMap(\.self)
        }
    }

    private func ask(_ question: Question) async -> ValidationFinding {
        let (place, query) = (question.place, question.query)
        do {
            let answer = try await client.ask(query)
            _ = try answer.age(at: Date(), limit: query.maxAge)
            let value = DecimalText.text(answer.value)
            return ValidationFinding(isFine: true, text: "\(place): \(query.title) is \(value)")
        } catch let failure as QueryFailure {
            // What the server says of the expression, and files that cannot be used, are the configuration's own faults.
            // All else may be well tomorrow: the rule waits for a value, as it would with the controller running.
            let isOwn = failure.cause == .query || failure.cause == .access
            return ValidationFinding(
                isFine: !isOwn,
                isWarning: !isOwn,
                text: "\(place): \(query.title) has no value from \(query.url): \(failure)"
                    + (isOwn ? "" : "; without one the group would not shrink")
            )
        } catch {
            return ValidationFinding(isFine: true, isWarning: true, text: "\(place): \(ErrorText.of(error))")
        }
    }
}
