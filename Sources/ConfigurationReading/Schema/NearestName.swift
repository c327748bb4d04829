/// Finds the name that was meant.
enum NearestName {
    /// The name nearest to `text` among `names`, when it is near enough to have been meant.
    static func find(_ text: String, in names: [String]) -> String? {
        guard text.count <= 64 else { return nil }
        let characters = Array(text)
        let ranked = names.map { ($0, distance(Array($0), characters)) }.min { $0.1 < $1.1 }
        guard let (name, distance) = ranked, distance <= max(name.count < 4 ? 1 : 2, name.count / 3) else { return nil }
        return name
    }

    /// Levenshtein's distance.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var next = [i + 1]
            for (j, b) in right.enumerated() {
                next.append(min(row[j] + (a == b ? 0 : 1), row[j + 1] + 1, next[j] + 1))
            }
            row = next
        }
        return row.last ?? 0
    }
}
