extension ScalingEngine {
    /// The size that an operator holds stands for the wish of the rules, and for all that judges and slows it.
    func hold(_ course: inout Course, _ size: Steering.Size) {
        course.clamp(.held, to: size.count.asCount, size.words)
    }

    /// A paused group is left as it is.
    func pause(_ course: inout Course, _ operatorName: String) {
        course.clamp(.paused, to: course.capacity, "\(operatorName.prefix(64)) paused the group")
    }

    /// The reason in one sentence while an operator's word stands; `nil` without one.
    func steered(_ observation: GroupObservation, _ course: Course, raw: Int) -> String? {
        guard let steering = observation.steering else { return nil }
        let wish = "the rules wish for \(raw)"
        if let name = steering.pausedBy {
            let size = steering.size.map { "; \($0.words)" } ?? ""
            return "\(name.prefix(64)) paused the group: nothing is ordered\(size); \(wish)"
        }
        guard let size = steering.size else { return nil }
        let obstacle = course.clamps.last.flatMap { $0.name == .held ? nil : "; \($0.why)" } ?? ""
        return "\(size.words)\(obstacle); \(wish)"
    }

    /// What would change the decision while an operator's word stands, in one sentence; `nil` without one.
    func release(_ observation: GroupObservation, _ course: Course, raw: Int) -> String? {
        guard let steering = observation.steering else { return nil }
        if steering.pausedBy != nil {
            let goal =
                course.clamps.last.map { $0.name == .paused ? "scale to \($0.from)" : nil } ?? nil
            return "\(goal ?? "a decision that is carried out") follows when the group is resumed"
                + " (`cms-controller resume`)"
        }
        guard let size = steering.size else { return nil }
        let moment = size.until.map { ", or at \($0.prefix(40)) by itself" } ?? ""
        return "the rules decide again, now for \(raw), when the size is released (`cms-controller scale --auto`)"
            + moment
    }
}
