import Wire

/// A change of one server of a backend, by HAProxy's runtime API.
package enum HAProxyCommand: Sendable, Hashable {
    /// Makes a server, in maintenance. `options` as on a `server` line.
    case add(server: String, address: IPAddress, port: Int, options: String)
    /// Gives a server another address.
    case move(server: String, address: IPAddress, port: Int)
    /// Begins the health check that the server was made with.
    case enableHealth(server: String)
    /// Sets the weight, 0 to 256.
    case weight(server: String, Int)
    /// Ends maintenance and draining.
    case ready(server: String)
    /// Nothing new but from clients that are bound to it.
    case drain(server: String)
    /// Nothing new at all.
    case maintenance(server: String)
    /// Removes a server that is in maintenance and has no connection.
    case delete(server: String)

    /// The server.
    package var server: String {
        switch self {
        case .add(let server, _, _, _), .move(let server, _, _), .enableHealth(let server), .weight(let server, _),
            .ready(let server), .drain(let server), .maintenance(let server), .delete(let server):
            server
        }
    }

    /// The line that HAProxy reads.
    package func text(backend: String) -> String {
        let place = "\(backend)/\(server)"
        switch self {
        case .add(_, let address, let port, let options):
            let host = address.family == .v6 ? "[\(address)]" : "\(address)"
            return "add server \(place) \(host):\(port)\(options.isEmpty ? "" : " " + options)"
        case .move(_, let address, let port): return "set server \(place) addr \(address) port \(port)"
        case .enableHealth: return "enable health \(place)"
        case .weight(_, let weight): return "set server \(place) weight \(weight)"
        case .ready: return "set server \(place) state ready"
        case .drain: return "set server \(place) state drain"
        case .maintenance: return "set server \(place) state maint"
        case .delete: return "del server \(place)"
        }
    }
}
