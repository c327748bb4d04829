/// The 32 bits of a dotted quad.
func ipv4(_ text: String) -> UInt32? {
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

/// The dotted quad of 32 bits.
func dottedQuad(_ bits: UInt32) -> String {
    [24, 16, 8, 0].map { String(bits >> $0 & 0xFF) }.joined(separator: ".")
}

extension NetworkAddress {
    /// First and last address of the network; nil for what is no IPv4 network.
    var bounds: ClosedRange<UInt32>? {
        guard let bits = ipv4(address), (0...32).contains(prefixLength) else { return nil }
        let mask: UInt32 = prefixLength == 0 ? 0 : .max << UInt32(32 - prefixLength)
        return (bits & mask)...(bits | ~mask)
    }
}
