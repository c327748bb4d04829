import Lifecycle

extension ServiceConfiguration {
    /// A service with settings that were checked one by one.
    ///
    /// - Parameter hasAgent: Whether the group says that an agent is in each instance.
    init(_ settings: SettingsReader, hasAgent: Bool) throws {
        let scheme = try settings.text("scheme").flatMap(Scheme.init)
        let probe = try settings.mappingIfGiven("probe").map { try ServiceProbe($0, scheme: scheme) }
        self.init(
            kind: hasAgent ? try settings.text("kind").flatMap(Kind.init) : .agentless,
            port: try settings.integer("port"),
            scheme: scheme,
            url: try settings.text("url"),
            probe: probe,
            slowStart: try settings.required("slow-start", settings.duration),
            drainFor: try settings.required("drain-for", settings.duration)
        )
        guard !self.hasAgent else { return }
        // No agent says where it serves: the probe does. From here on it stands, whatever becomes of the probe.
        if scheme == nil, case .http(let request) = probe { self.scheme = request.scheme }
        port = port ?? probe?.port ?? (self.scheme ?? .https).port
    }
}

extension ServiceProbe {
    fileprivate init(_ settings: SettingsReader, scheme: ServiceConfiguration.Scheme?) throws {
        if let port = try settings.integer("tcp") {
            self = .tcp(port: port)
            return
        }
        self = .http(
            Request(
                path: try settings.required("http", settings.text),
                port: try settings.integer("port"),
                scheme: try settings.text("scheme").flatMap(ServiceConfiguration.Scheme.init) ?? scheme ?? .http,
                expected: try settings.required("expect") { try settings.text($0).flatMap(ServiceProbe.statuses) },
                authorities: try settings.text("tls-ca")
            )
        )
    }
}
