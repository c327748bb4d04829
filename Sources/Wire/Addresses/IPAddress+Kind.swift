extension IPAddress {
    /// Whether it stands for all addresses of the machine: `0.0.0.0` or `::`.
    public var isUnspecified: Bool { value == 0 }

    /// Whether only programs on this machine can reach it.
    public var isLoopback: Bool {
        switch family {
        case .v4: value >> 24 == 127
        case .v6: value == 1
        }
    }

    /// Whether it is an IPv6 address that means another machine on each link (`fe80::/10`), so that it is of use only
    /// together with the name of a network card.
    public var isLinkLocal: Bool { family == .v6 && value >> 118 == 0x3FA }

    /// What one sender has to itself: an IPv4 address, but in IPv6 a network of 2^64 addresses, of which it may take
    /// another one for each attempt.
    public var sender: IPAddress {
        family == .v4 ? self : IPAddress(family: .v6, value: value & ~UInt128(UInt64.max))
    }

    /// Whether it is the address of a group of machines: `224.0.0.0/4` or `ff00::/8`.
    public var isMulticast: Bool {
        switch family {
        case .v4: value >> 28 == 0xE
        case .v6: value >> 120 == 0xFF
        }
    }
}
