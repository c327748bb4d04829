extension XMLTree {
    /// The number in it, scaled by its `unit`; nil when it is none or too large.
    func bytes(defaultUnit: String) -> UInt64? {
        guard let number = text.flatMap({ UInt64($0) }),
            let scale = Self.bytes(inUnit: attributes["unit"] ?? defaultUnit)
        else { return nil }
        let (bytes, overflow) = number.multipliedReportingOverflow(by: scale)
        return overflow ? nil : bytes
    }

    /// Bytes in one of libvirt's memory units (`virScaleInteger`): the letter alone means the power of 1024.
    private static func bytes(inUnit unit: String) -> UInt64? {
        switch unit.lowercased() {
        case "b", "bytes", "byte": 1
        case "kb": 1000
        case "k", "kib": 1 << 10
        case "mb": 1_000_000
        case "m", "mib": 1 << 20
        case "gb": 1_000_000_000
        case "g", "gib": 1 << 30
        case "tb": 1_000_000_000_000
        case "t", "tib": 1 << 40
        default: nil
        }
    }
}
