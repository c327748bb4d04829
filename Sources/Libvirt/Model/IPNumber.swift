import Glibc

/// An IPv4 or IPv6 address as a number.
struct IPNumber: Hashable, Sendable {
    /// 32 or 128.
    let bits: Int
    /// The address in host byte order.
    let value: UInt128

    /// Reads a dotted quad or an IPv6 address; nil for anything else, also for IPv4 in IPv6 clothing.
    init?(_ text: String) {
        if let quad = Self.quad(text) {
            self.init(bits: 32, value: UInt128(quad))
            return
        }
        var address = in6_addr()
        guard text.utf8.count <= 45, inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        let value = withUnsafeBytes(of: address) { $0.reduce(UInt128(0)) { $0 << 8 | UInt128($1) } }
        guard value >> 32 != 0xFFFF else { return nil }
        self.init(bits: 128, value: value)
    }

    init(bits: Int, value: UInt128) {
        self.bits = bits
        self.value = value
    }

    /// The length of a netmask such as 255.255.255.0; nil when it is none.
    var maskLength: Int? {
        guard bits == 32 else { return nil }
        let length = (~UInt32(truncatingIfNeeded: value)).leadingZeroBitCount
        return value == Self.mask(32, length) ? length : nil
    }

    /// First and last address of the network with that prefix around this address; nil when the prefix does not fit.
    func network(prefixLength: Int) -> ClosedRange<UInt128>? {
        guard (0...bits).contains(prefixLength) else { return nil }
        let first = value & Self.mask(bits, prefixLength)
        return first...(first | (Self.mask(bits, bits) ^ Self.mask(bits, prefixLength)))
    }

    private static func mask(_ bits: Int, _ length: Int) -> UInt128 {
        guard length > 0 else { return 0 }
        let all = UInt128.max >> UInt128(128 - bits)
        return (all << UInt128(bits - length)) & all
    }

    private static func quad(_ text: String) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard (1...3).contains(part.utf8.count), part.utf8.allSatisfy({ (48...57).contains($0) }),
                let byte = UInt8(part)
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }
}

extension IPNumber: CustomStringConvertible {
    /// A dotted quad, or the short form of an IPv6 address, as libvirt writes them.
    var description: String {
        let bytes = (0..<(bits / 8)).reversed().map { UInt8(truncatingIfNeeded: value >> UInt128($0 * 8)) }
        guard bits == 128 else { return bytes.map(String.init).joined(separator: ".") }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(AF_INET6, bytes, &text, socklen_t(text.count)) != nil else { return "::" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension NetworkAddress {
    /// The family, 32 or 128, with first and last address of the network; nil for what is no network.
    var bounds: (bits: Int, range: ClosedRange<UInt128>)? {
        guard let number = IPNumber(address), let range = number.network(prefixLength: prefixLength) else { return nil }
        return (number.bits, range)
    }
}

/// The text of an address as libvirt writes it; what is no address stays as it is.
func canonicalAddress(_ text: String) -> String { IPNumber(text)?.description ?? text }
