#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// An IPv4 or IPv6 address as a number, so that prefixes can be compared.
public struct IPAddress: Sendable, Hashable {
    /// The address family.
    public enum Family: Sendable, Hashable {
        /// 32-bit addresses.
        case v4
        /// 128-bit addresses.
        case v6

        /// The number of bits of an address: 32 or 128.
        public var bits: Int {
            switch self {
            case .v4: 32
            case .v6: 128
            }
        }
    }

    /// The address family.
    public let family: Family
    /// The address in host byte order; an IPv4 address uses the low 32 bits.
    public let value: UInt128

    /// An address of `family` with the numeric `value`; bits beyond the family's width are dropped.
    public init(family: Family, value: UInt128) {
        self.family = family
        self.value = family == .v4 ? value & 0xFFFF_FFFF : value
    }

    /// Parses `192.0.2.1` or `2001:db8::1`; an IPv4 address mapped into IPv6 becomes IPv4. `nil` for anything else.
    public init?(_ text: String) {
        guard text.utf8.count <= 45 else { return nil }
        var v4 = in_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(family: .v4, value: UInt128(UInt32(bigEndian: v4.s_addr)))
            return
        }
        var v6 = in6_addr()
        guard inet_pton(AF_INET6, text, &v6) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: &v6) { Array($0) }
        let value = bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) }
        if value >> 32 == 0xFFFF {
            self.init(family: .v4, value: value)
        } else {
            self.init(family: .v6, value: value)
        }
    }

    /// The address in network byte order: 4 or 16 bytes, as an X.509 IP name holds them.
    public var bytes: [UInt8] {
        (0..<(family.bits / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> UInt128($0 * 8)) }
    }
}

extension IPAddress: CustomStringConvertible, Comparable {
    /// The usual text form, such as `192.0.2.1`.
    public var description: String {
        if family == .v4 {
            return bytes.map(String.init).joined(separator: ".")
        }
        var raw = bytes
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, &raw, &text, socklen_t(text.count)) != nil else { return "::" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Orders by family, then by value.
    public static func < (left: IPAddress, right: IPAddress) -> Bool {
        (left.family.bits, left.value) < (right.family.bits, right.value)
    }
}
