/// MAC addresses for clones.
enum MACAddress {
    /// QEMU's prefix, locally administered.
    static let prefix = "52:54:00"

    /// The addresses of a domain's interfaces: the same for the same seed, and none of those that are taken.
    ///
    /// 24 bits are little for many domains (1000 of them collide with a chance of 3 %), so a taken address is passed
    /// over for the next one of the sequence.
    static func addresses(seed: String, count: Int, avoiding taken: Set<String>) -> [String] {
        var taken = taken
        var found: [String] = []
        var attempt = 0
        // Ends: there are 2^24 addresses, and far fewer attempts are made than that.
        while found.count < count, attempt < 1 << 16 {
            let address = address("\(seed)/\(attempt)")
            if taken.insert(address).inserted { found.append(address) }
            attempt += 1
        }
        return found
    }

    /// Prefix and 24 bits of the text's FNV-1a hash (the 64-bit one, folded).
    private static func address(_ text: String) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        let folded = hash ^ (hash >> 24) ^ (hash >> 48)
        return [16, 8, 0].reduce(into: prefix) { text, shift in
            let byte = UInt8(truncatingIfNeeded: folded >> UInt64(shift))
            text += ":" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
