import Wire

/// Errors as people read them.
public enum ErrorText {
    /// A sentence for an error: errors of the network and of unreadable messages in plain words, others as they describe
    /// themselves.
    public static func of(_ error: any Error) -> String {
        if let failure = NetworkFailure(error) { return failure.description }
        if let error = error as? DecodingError { return UnreadableMessage(error).description }
        if error is CancellationError { return "it was given up" }
        return "\(error)"
    }
}
