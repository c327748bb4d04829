/// The order in which people count names: vm2 before vm10.
enum NameOrder {
    /// Below zero when `left` comes first, above zero when `right` does; runs of digits compare as numbers.
    static func compare(_ left: String, _ right: String) -> Int {
        let (a, b) = (Array(left.utf8), Array(right.utf8))
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            guard isDigit(a[i]), isDigit(b[j]) else {
                if a[i] != b[j] { return a[i] < b[j] ? -1 : 1 }
                i += 1
                j += 1
                continue
            }
            let (endA, endB) = (endOfNumber(a, i), endOfNumber(b, j))
            let (numberA, numberB) = (a[i..<endA].drop { $0 == 0x30 }, b[j..<endB].drop { $0 == 0x30 })
            if numberA.count != numberB.count { return numberA.count < numberB.count ? -1 : 1 }
            for (x, y) in zip(numberA, numberB) where x != y { return x < y ? -1 : 1 }
            (i, j) = (endA, endB)
        }
        if a.count - i != b.count - j { return a.count - i < b.count - j ? -1 : 1 }
        // Equal as numbers, as vm1 and vm01: any fixed order will do.
        return left == right ? 0 : (left < right ? -1 : 1)
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func endOfNumber(_ bytes: [UInt8], _ start: Int) -> Int {
        var end = start
        while end < bytes.count, isDigit(bytes[end]) { end += 1 }
        return end
    }
}
