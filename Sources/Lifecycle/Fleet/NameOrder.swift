/// The order in which people count names: vm2 before vm10.
package enum NameOrder {
    /// Below zero when `left` comes first, above zero when `right` does; runs of digits compare as numbers.
    package static func compare(_ left: String, _ right: String) -> Int {
        let quick = left.utf8.withContiguousStorageIfAvailable { a in
            right.utf8.withContiguousStorageIfAvailable { compare(bytes: a, b: $0) }
        }
        let order = (quick ?? nil) ?? compare(bytes: Array(left.utf8), b: Array(right.utf8))
        // Equal as numbers, as vm1 and vm01: any fixed order will do.
        return order != 0 || left == right ? order : (left < right ? -1 : 1)
    }

    /// Fleets are sorted many times a second: bytes by number are compared several times as fast as those of a string.
    private static func compare<Bytes: RandomAccessCollection<UInt8>>(bytes a: Bytes, b: Bytes) -> Int
    where Bytes.Index == Int {
        var (i, j) = (0, 0)
        while i < a.count, j < b.count {
            let (x, y) = (a[i], b[j])
            guard isDigit(x), isDigit(y) else {
                if x != y { return x < y ? -1 : 1 }
                (i, j) = (i + 1, j + 1)
                continue
            }
            let order = compareNumbers(a, &i, b, &j)
            if order != 0 { return order }
        }
        return i < a.count ? 1 : (j < b.count ? -1 : 0)
    }

    /// Compares the runs of digits that begin at both places, and goes to their ends.
    private static func compareNumbers<Bytes: RandomAccessCollection<UInt8>>(
        _ a: Bytes,
        _ i: inout Int,
        _ b: Bytes,
        _ j: inout Int
    ) -> Int where Bytes.Index == Int {
        while i < a.count, a[i] == 0x30 { i += 1 }
        while j < b.count, b[j] == 0x30 { j += 1 }
        // Of two numbers the one with more digits is the larger; of equally long ones the first digit that differs tells.
        var order = 0
        while true {
            let x = i < a.count && isDigit(a[i]) ? a[i] : 0
            let y = j < b.count && isDigit(b[j]) ? b[j] : 0
            if x == 0 || y == 0 { return x == y ? order : (x == 0 ? -1 : 1) }
            if order == 0, x != y { order = x < y ? -1 : 1 }
            (i, j) = (i + 1, j + 1)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
