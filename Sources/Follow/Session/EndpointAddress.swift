import Wire

/// Where an endpoint's URL leads, in the parts that load balancers want.
package struct EndpointAddress: Sendable, Hashable {
    /// Whether it is reached over TLS.
    package var usesTLS: Bool
    /// Host and port.
    package var hostPort: HostPort
    /// The host as an address; `nil` for a name.
    package var ip: IPAddress? { IPAddress(hostPort.host) }

    /// The parts of `https://192.0.2.1:8000/path`; `nil` for anything but http and https with a host.
    package init?(url: String) {
        guard let colon = url.firstRange(of: "://") else { return nil }
        switch url[..<colon.lowerBound].lowercased() {
        case "https": usesTLS = true
        case "http": usesTLS = false
        default: return nil
        }
        let authority = url[colon.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@"),
            let hostPort = HostPort(String(authority), defaultPort: usesTLS ? 443 : 80), hostPort.port > 0
        else { return nil }
        self.hostPort = hostPort
    }
}
