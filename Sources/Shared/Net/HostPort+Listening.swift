import Wire

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension HostPort {
    /// The same, as this machine can listen on it: `[::]` is `0.0.0.0` where no network card has an IPv6 address.
    ///
    /// The system's resolver refuses every IPv6 address there, so that a server could not listen at all.
    public var usable: HostPort { host == "::" ? listening(hasIPv6: Self.resolvesIPv6) : self }

    /// The same, without IPv6 where the machine has none.
    public func listening(hasIPv6: Bool) -> HostPort {
        hasIPv6 || host != "::" ? self : HostPort(host: "0.0.0.0", port: port)
    }

    private static var resolvesIPv6: Bool {
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo("::", nil, nil, &found) == 0 else { return false }
        freeaddrinfo(found)
        return true
    }
}
