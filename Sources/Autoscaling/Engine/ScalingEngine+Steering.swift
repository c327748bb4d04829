extension ScalingEngine {
    /// The size that an operator holds stands for the recommendation of the rules, and for all that judges and slows it.
    func hold(_ proposal: inout SizeProposal, _ size: Steering.Size) {
        proposal.clamp(.held, to: size.count.asCount, size.words)
    }

    /// A paused group is left as it is.
    func pause(_ proposal: inout SizeProposal, _ operatorName: String) {
        proposal.clamp(.paused, to: proposal.capacity, "\(operatorName.prefix(64)) paused the group")
    }

    /// The reason in one sentence while an operator's word stands; `nil` without one.
    func steered(_ observation: GroupObservation, _ proposal: SizeProposal, raw: Int) -> String? {
        guard let steering = observation.steering else { return nil }
        let recommendation = "the rules recommend \(raw)"
        if let name = steering.pausedBy {
            let size = steering.size.map { "; \($0.words)" } ?? ""
            return "\(name.prefix(64)) paused the group: nothing is ordered\(size); \(recommendation)"
        }
        guard let size = steering.size else { return nil }
        let obstacle = proposal.clamps.last.flatMap { $0.name == .held ? nil : "; \($0.why)" } ?? ""
        return "\(size.words)\(obstacle); \(recommendation)"
    }

    /// What would change the decision while an operator's word stands, in one sentence; `nil` without one.
    func release(_ observation: GroupObservation, _ proposal: SizeProposal, raw: Int) -> String? {
        guard let steering = observation.steering else { return nil }
        if steering.pausedBy != nil {
            let goal =
                proposal.clamps.last.map { $0.name == .paused ? "scale to \($0.from)" : nil } ?? nil
            return "\(goal ?? "a decision that is carried out") follows when the group is resumed"
                + " (`cms-controller resume`)"
        }
        guard let size = steering.size else { return nil }
        let moment = size.until.map { ", or at \($0.prefix(40)) by itself" } ?? ""
        return "the rules decide again, now for \(raw), when the size is released (`cms-controller scale --auto`)"
            + moment
    }
}
