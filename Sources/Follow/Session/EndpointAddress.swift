import Wire

/// Where an endpoint's URL leads, in the parts that load balancers want.
package struct EndpointAddress: Sendable, Hashable {
    /// `https`, `http`, or `tcp` for a protocol of the service's own.
    package var scheme: String
    /// Whether it is reached over TLS.
    package var usesTLS: Bool { scheme == "https" }
    /// Host and port.
    package var hostPort: HostPort
    /// The host as an address; `nil` for a name.
    package var ip: IPAddress? { IPAddress(hostPort.host) }

    /// The parts of `https://192.0.2.1:8000/path`; `nil` for anything but http and https with a host, and
    /// tcp with a host and a port.
    package init?(url: String) {
        guard let colon = url.firstRange(of: "://") else { return nil }
        scheme = url[..<colon.lowerBound].lowercased()
        let ports = ["https": 443, "http": 80]
        guard ports[scheme] != nil || scheme == "tcp" else { return nil }
        let authority = url[colon.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@"),
            let hostPort = HostPort(String(authority), defaultPort: ports[scheme]), hostPort.port > 0
        else { return nil }
        self.hostPort = hostPort
    }
}
