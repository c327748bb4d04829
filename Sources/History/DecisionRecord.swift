import Autoscaling
import Foundation
import Monitoring

/// A decision that is kept: one whose order, winning rule, limits or cause differ from the one before.
package struct DecisionRecord: Codable, Sendable, Equatable {
    /// When, by the wall clock.
    package var at: Date
    /// The group.
    package var group: String
    /// `hold`, `scale out by N` or `scale in by N`.
    package var order: String
    /// Why, in one sentence.
    package var reason: String
    /// What would change it, in one sentence.
    package var whatWouldChange: String
    /// The size that it leads to, in instances.
    package var desired: Int
    /// The size at that time, in instances.
    package var capacity: Int
    /// The whole record.
    package var decision: Decision

    /// The record of a decision.
    init(_ decision: Decision, group: String, at date: Date) {
        self.at = date
        self.group = group
        self.order = decision.order.words
        self.reason = decision.reason
        self.whatWouldChange = decision.whatWouldChange
        self.desired = decision.desired
        self.capacity = decision.capacity
        self.decision = decision
    }
}

/// What tells a decision from the one before, whatever the numbers in its words.
struct DecisionCause: Sendable, Equatable {
    private var order: Decision.Order
    private var winner: String?
    private var clamps: [Clamp.Name]
    private var isOverloaded: Bool
    private var isBlind: Bool
    private var gaps: [Bool]
    private var isEmpty: Bool
    private var breaker: Bool

    /// The cause of a decision.
    init(_ decision: Decision) {
        order = decision.order
        // As the engine takes it: the largest recommendation, the first of equal ones.
        var winner: RuleRecommendation?
        for recommendation in decision.recommendations
        where recommendation.size != nil && recommendation.size ?? 0 > winner?.size ?? .min { winner = recommendation }
        self.winner = winner?.rule
        clamps = decision.clamps.map(\.name)
        isOverloaded = decision.overloaded
        isBlind = decision.observation.inService.contains { $0.merge == .unknown }
        gaps = decision.recommendations.map { $0.gap != nil }
        isEmpty = decision.observation.inService.isEmpty
        breaker = decision.observation.breaker != nil
    }
}
