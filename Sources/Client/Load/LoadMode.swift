/// What load is made.
package enum LoadMode: String, Sendable, CaseIterable, Codable {
    /// A handful of small requests with pauses; no instance gets busy.
    case low
    /// As many large requests as keep every vCPU busy.
    case high
    /// Low, a pause, then high until an instance that was not there before has answered, and a while after.
    case ramp
}

/// A part of a run.
package enum LoadPhase: String, Sendable, Codable {
    /// Small requests with pauses.
    case low
    /// Nothing is sent.
    case pause
    /// Large requests without pauses.
    case high
    /// As high, after a new instance has answered.
    case tail
}
