import NIOCore
import Wire

extension SocketAddress {
    /// The IP address; an IPv4 one also where an IPv6 socket took the connection. `nil` for a path.
    var ip: IPAddress? { ipAddress.flatMap { IPAddress($0) } }
}
