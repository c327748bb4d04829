import Shared

extension HostPort {
    /// Whether only programs on this host can reach it.
    var isLoopback: Bool {
        if host.lowercased() == "localhost" { return true }
        guard let address = IPAddress(host) else { return false }
        switch address.family {
        case .v4: return address.value >> 24 == 127
        case .v6: return address.value == 1
        }
    }
}
