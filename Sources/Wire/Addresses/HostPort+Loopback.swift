extension HostPort {
    /// Whether only programs on this host can reach it.
    /// Whether it stands for all addresses of the machine, so that nobody else can be told of it.
    package var isWildcard: Bool { host == "*" || IPAddress(host)?.isUnspecified ?? false }

    package var isLoopback: Bool {
        if host.lowercased() == "localhost" { return true }
        return IPAddress(host)?.isLoopback ?? false
    }

    /// The host by which programs on this host reach a listener there: loopback for one that listens everywhere.
    package var localHost: String {
        guard let address = IPAddress(host), address.value == 0 else { return host }
        return address.family == .v4 ? "127.0.0.1" : "::1"
    }
}
