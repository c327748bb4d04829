/// The order in which people count names: vm2 before vm10.
package enum NameOrder {
    /// Below zero when `left` comes first, above zero when `right` does; runs of digits compare as numbers.
    package static func compare(_ left: String, _ right: String) -> Int {
        let (a, b) = (left.utf8, right.utf8)
        var (i, j) = (a.startIndex, b.startIndex)
        while i < a.endIndex, j < b.endIndex {
            let (x, y) = (a[i], b[j])
            guard isDigit(x), isDigit(y) else {
                if x != y { return x < y ? -1 : 1 }
                a.formIndex(after: &i)
                b.formIndex(after: &j)
                continue
            }
            let order = compareNumbers(a, &i, b, &j)
            if order != 0 { return order }
        }
        if i < a.endIndex { return 1 }
        if j < b.endIndex { return -1 }
        // Equal as numbers, as vm1 and vm01: any fixed order will do.
        return left == right ? 0 : (left < right ? -1 : 1)
    }

    /// Compares the runs of digits that begin at both places, and goes to their ends.
    private static func compareNumbers(
        _ a: String.UTF8View,
        _ i: inout String.Index,
        _ b: String.UTF8View,
        _ j: inout String.Index
    ) -> Int {
        while i < a.endIndex, a[i] == 0x30 { a.formIndex(after: &i) }
        while j < b.endIndex, b[j] == 0x30 { b.formIndex(after: &j) }
        // Of two numbers the one with more digits is the larger; of equally long ones the first digit that differs tells.
        var order = 0
        while true {
            let x = i < a.endIndex && isDigit(a[i]) ? a[i] : 0
            let y = j < b.endIndex && isDigit(b[j]) ? b[j] : 0
            if x == 0 || y == 0 { return x == y ? order : (x == 0 ? -1 : 1) }
            if order == 0, x != y { order = x < y ? -1 : 1 }
            a.formIndex(after: &i)
            b.formIndex(after: &j)
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
}
