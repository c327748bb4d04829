/// How long the certificates live that the controller's authority issues.
package struct IssuingPolicy: Sendable {
    /// The lifetime of an agent's certificate.
    package var agentLifetime: Duration
    /// The lifetime of a client's or an operator's certificate.
    package var clientLifetime: Duration
    /// The lifetime of the controller's own certificate, which it renews by itself.
    package var controllerLifetime: Duration

    /// A policy.
    package init(
        agentLifetime: Duration = .seconds(86400),
        clientLifetime: Duration = .seconds(30 * 86400),
        controllerLifetime: Duration = .seconds(86400)
    ) {
        self.agentLifetime = agentLifetime
        self.clientLifetime = clientLifetime
        self.controllerLifetime = controllerLifetime
    }
}
