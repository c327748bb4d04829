/// Amounts of bytes as people write them: `512MiB`, `2GiB`, `1.5GB`.
public enum ByteText {
    private static let units: [(suffix: String, bytes: Double)] = [
        ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10),
        ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("KB", 1e3), ("B", 1),
    ]

    /// What JSON Schema has to say of it.
    public static let pattern = #"[0-9]+(\.[0-9]+)?(B|[kK]B|[MGT]B|[KMGT]iB)"#

    /// Parses a number with a unit; `nil` for anything else and for more than 1024 TiB.
    public static func parse(_ text: String) -> Int64? {
        for unit in units where text.hasSuffix(unit.suffix) {
            guard let number = DecimalText.parse(text.dropLast(unit.suffix.count)), number * unit.bytes <= 0x1p50 else {
                return nil
            }
            return Int64((number * unit.bytes).rounded())
        }
        return nil
    }

    /// The text of an amount in the largest unit that counts it in whole numbers.
    public static func text(_ bytes: Int64) -> String {
        let units: [(suffix: String, bytes: Int64)] = [
            ("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10),
        ]
        for unit in units where bytes != 0 && bytes % unit.bytes == 0 {
            return "\(bytes / unit.bytes)\(unit.suffix)"
        }
        return "\(bytes)B"
    }

    /// About how much it is, to be read by people: `1.5 GiB`, `512 MiB`, `0 B`.
    public static func rounded(_ bytes: UInt64) -> String {
        let units: [(suffix: String, bytes: Double)] = [
            ("TiB", 0x1p40), ("GiB", 0x1p30), ("MiB", 0x1p20), ("KiB", 0x1p10),
        ]
        guard let unit = units.first(where: { Double(bytes) >= $0.bytes }) else { return "\(bytes) B" }
        let amount = (Double(bytes) / unit.bytes * 10).rounded() / 10
        return "\(DecimalText.text(amount < 100 ? amount : amount.rounded())) \(unit.suffix)"
    }
}

/// Plain decimal numbers: digits, and a point with digits.
public enum DecimalText {
    /// Parses `75` or `0.5`; `nil` for signs, exponents, other alphabets' digits, and more than 18 characters.
    public static func parse(_ text: Substring) -> Double? {
        guard let first = text.first, first != ".", text.last != ".", text.utf8.count <= 18,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2E })
        else { return nil }
        return Double(text)
    }

    /// The shortest text of a number.
    public static func text(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
