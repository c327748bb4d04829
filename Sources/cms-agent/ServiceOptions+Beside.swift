import ArgumentParser
import GuestAgent
import Wire

// The options for a service that clients reach without the agent.
extension ServiceOptions {
    /// An option that needs --service.
    var besideOption: String? {
        let given: [(String, Bool)] = [
            ("--metrics", metrics != nil), ("--in-flight", inFlight != nil), ("--duration", duration != nil),
            ("--control-group", controlGroup != nil), ("--drain-command", drainCommand != nil),
            ("--health-command", healthCommand != nil),
        ]
        return given.first(where: \.1)?.0
    }

    func checkBeside() throws {
        if service == nil, let besideOption {
            throw ValidationError("\(besideOption) needs --service, the service that the agent stands beside")
        }
        for (option, given) in [("--certificate", certificate), ("--key", key)] where given != nil {
            throw ValidationError("\(option) needs --upstream: beside a service the agent shows nothing to clients")
        }
        _ = try beside()
    }

    /// The service that the agent stands beside; `nil` without --service.
    func beside() throws -> BesideService? {
        guard let service else { return nil }
        let registration = AgentRegistration(version: "", hostname: "", port: 1, vCPUs: 1, endpoint: service)
        guard let url = registration.endpointURL(address: "192.0.2.1"), let port = Self.port(of: url) else {
            throw ValidationError(
                "--service '\(service)' is not http(s)://{address}:PORT, for example https://{address}:8443, nor "
                    + "tcp://{address}:PORT for a service that does not speak HTTP"
            )
        }
        for (option, url) in [("--health", health), ("--metrics", metrics)] {
            guard let url else { continue }
            guard url.hasPrefix("http://") || url.hasPrefix("https://") else {
                throw ValidationError("\(option) '\(url)' is not a URL such as http://127.0.0.1:8080/healthz")
            }
        }
        guard metrics != nil || (inFlight == nil && duration == nil) else {
            throw ValidationError("--in-flight and --duration name what to read from --metrics")
        }
        var result = BesideService(endpoint: service, port: port)
        if let healthCommand, healthCommand.isEmpty || health != nil {
            throw ValidationError(
                healthCommand.isEmpty
                    ? "--health-command is empty; leave it out" : "give --health or --health-command, not both"
            )
        }
        result.health = health
        result.healthCommand = healthCommand
        result.metrics = metrics.map { ServiceMetrics(url: $0, inFlight: inFlight, duration: duration) }
        if let controlGroup, controlGroup.contains("..") || controlGroup.hasPrefix("/") {
            throw ValidationError("--control-group '\(controlGroup)' is a path below /sys/fs/cgroup")
        }
        result.controlGroup = controlGroup
        result.drainCommand = drainCommand
        return result
    }

    private static func port(of url: String) -> UInt16? {
        guard let colon = url.firstRange(of: "://") else { return nil }
        let usual = ["https": 443, "http": 80]
        let authority = url[colon.upperBound...].prefix { $0 != "/" }
        return HostPort(String(authority), defaultPort: usual[String(url[..<colon.lowerBound])]).flatMap {
            UInt16(exactly: $0.port)
        }
        .flatMap { $0 > 0 ? $0 : nil }
    }
}
