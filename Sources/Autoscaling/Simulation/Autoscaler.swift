/// What decides in a simulation: the engine, or a model of another system.
package protocol Autoscaler: Sendable {
    /// Its name in tables.
    var name: String { get }

    /// Looks once a second and orders.
    mutating func step(_ observation: GroupObservation, now: MonotonicInstant, calendar: CalendarTime) -> AutoscalerStep
}

/// What an autoscaler orders in one second.
package struct AutoscalerStep: Sendable, Hashable, Codable {
    /// What is to be done.
    package var order: Decision.Order
    /// Why.
    package var reason: String

    /// A step.
    package init(_ order: Decision.Order = .hold, reason: String = "") {
        self.order = order
        self.reason = reason
    }

    /// The step from a size to another one.
    static func from(_ size: Int, to goal: Int, _ reason: String) -> AutoscalerStep {
        goal == size
            ? AutoscalerStep()
            : AutoscalerStep(goal > size ? .scaleOut(by: goal - size) : .scaleIn(by: size - goal), reason: reason)
    }
}

extension GroupObservation {
    /// The mean utilization of those in service, percent; `nil` without one.
    var meanUtilization: Double? {
        let known = inService.compactMap(\.utilization)
        return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
}
