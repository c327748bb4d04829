import Wire

/// A server of a backend as a running HAProxy has it.
package struct HAProxyServer: Sendable, Hashable {
    /// Its name in the backend.
    package var name: String
    /// Its address; `nil` when it has none yet.
    package var address: IPAddress?
    /// Its port.
    package var port: Int
    /// Whether it is reached over TLS; `nil` when this version does not say.
    package var usesTLS: Bool?
    /// In maintenance: it gets nothing new; what is under way goes on.
    package var isInMaintenance: Bool
    /// Draining: it gets nothing new but from clients that are bound to it.
    package var isDraining: Bool
    /// The weight that it has now, 0 to 256.
    package var weight: Int
    /// Whether it has a health check that does not run.
    package var hasIdleCheck: Bool
    /// Sessions under way and waiting for it; `nil` when HAProxy did not say.
    package var sessions: Int?

    /// A server.
    package init(
        name: String,
        address: IPAddress?,
        port: Int,
        usesTLS: Bool? = nil,
        isInMaintenance: Bool,
        isDraining: Bool = false,
        weight: Int,
        hasIdleCheck: Bool = false,
        sessions: Int?
    ) {
        self.name = name
        self.address = address
        self.port = port
        self.usesTLS = usesTLS
        self.isInMaintenance = isInMaintenance
        self.isDraining = isDraining
        self.weight = weight
        self.hasIdleCheck = hasIdleCheck
        self.sessions = sessions
    }
}
