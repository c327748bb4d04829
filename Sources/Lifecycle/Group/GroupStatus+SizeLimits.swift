import Autoscaling

extension GroupStatus {
    /// What keeps the group from a size that is held, a sentence each, with what ends it; empty when nothing does.
    ///
    /// What is merely on its way is no limit.
    package func limits(onSize size: Int) -> [String] {
        let serving = counts[InstanceState.inService.rawValue] ?? 0
        guard serving != size else { return [] }
        var limits: [String] = []
        if let name = steering?.pausedBy {
            limits.append("\(name) paused the group; 'cms-controller resume \(group)' ends it")
        }
        if isHypervisorLost { limits.append("the hypervisor does not answer; nothing is ordered until it does") }
        if isStoreFailing { limits.append("the store cannot be written; nothing is ordered until it can") }
        let bound = boundsInForce?.refusal(of: size)
        if let bound { limits.append(bound) }
        let walls = walls(size, isOutOfBounds: bound != nil)
        limits += walls.map(\.why)
        if serving < size, let breaker, !walls.contains(where: { $0.name == .breaker }) {
            limits.append("no domain is started now: \(breaker)")
        }
        return limits
    }

    /// What the engine met on the way to the size, when it decided for that one.
    private func walls(_ size: Int, isOutOfBounds: Bool) -> [Clamp] {
        guard let decision, decision.observation.steering?.size?.count == size else { return [] }
        func distance(_ count: Int) -> Double { abs(Double(count) - Double(size)) }
        return decision.clamps.filter { clamp in
            // What leads towards the size does not keep the group from it.
            guard distance(clamp.to) > distance(clamp.from) else { return false }
            switch clamp.name {
            case .held, .paused, .coming: return false
            // The bound was told already, with what ends it.
            case .min: return !isOutOfBounds
            case .max: return !isOutOfBounds || clamp.from <= boundsInForce?.maximum ?? 0
            default: return true
            }
        }
    }
}
