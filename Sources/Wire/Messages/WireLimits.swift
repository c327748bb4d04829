/// Bounds that both sides of the API keep, so that no peer can make the other grow without end.
public enum WireLimits {
    /// The largest request body of an enrollment or a renewal, in bytes.
    public static let enrollmentBody = 16 * 1024
    /// The largest body of a registration or a load report, in bytes.
    public static let reportBody = 64 * 1024
    /// The longest line of a watch stream, in bytes: 10,000 endpoints fit.
    public static let streamLine = 4 * 1024 * 1024
    /// The largest JSON answer read from a peer, in bytes.
    public static let answerBody = 1024 * 1024
    /// Seconds between two heartbeats of a watch stream.
    public static let heartbeatSeconds = 2
    /// Seconds of silence after which a watch stream counts as broken: three heartbeats.
    public static let silenceSeconds = 6
    /// The most controllers that a message names; a reader leaves the rest aside.
    package static let controllers = 16
    /// The longest `host:port` of a controller in a message, in bytes.
    package static let controllerText = 259
}
