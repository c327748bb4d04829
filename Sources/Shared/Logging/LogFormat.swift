/// How log lines are written.
public enum LogFormat: String, Sendable, CaseIterable {
    /// One line for people: time, level, message, metadata.
    case text
    /// One JSON object a line for machines.
    case json
}
