/// The numbers of a page in Prometheus' text format that a service's load is read from.
struct PrometheusPage: Sendable, Equatable {
    /// The sum of a metric's series over all labels, by the sample's name.
    private(set) var sums: [String: Double] = [:]
    /// The sums of a histogram's buckets over all other labels, by their upper bound; infinity is the last.
    private(set) var buckets: [Double: Double] = [:]

    /// Reads a page.
    ///
    /// - Parameters:
    ///   - text: The page; lines that cannot be read are skipped.
    ///   - names: The samples to sum.
    ///   - histogram: The histogram whose buckets are read, without `_bucket`.
    init(_ text: some StringProtocol, names: Set<String>, histogram: String?) {
        let bucketName = histogram.map { $0 + "_bucket" }
        for line in text.split(separator: "\n") where line.first != "#" {
            guard let end = line.firstIndex(where: { $0 == "{" || $0 == " " || $0 == "\t" }) else { continue }
            let name = String(line[..<end])
            guard names.contains(name) || name == bucketName else { continue }
            guard let sample = Self.value(line[end...]), sample.value.isFinite else { continue }
            if name == bucketName {
                guard let bound = sample.bound else { continue }
                buckets[bound, default: 0] += sample.value
            } else {
                sums[name, default: 0] += sample.value
            }
        }
    }

    /// The value behind the labels, and the upper bound among them.
    private static func value(_ text: some StringProtocol) -> (value: Double, bound: Double?)? {
        var rest = text[...]
        var bound: Double?
        if rest.first == "{" {
            // A label's value may hold a brace, in quotes.
            var isQuoted = false
            var isEscaped = false
            guard
                let close = rest.firstIndex(where: { character in
                    defer { isEscaped = isQuoted && character == "\\" && !isEscaped }
                    if character == "\"", !isEscaped { isQuoted.toggle() }
                    return character == "}" && !isQuoted
                })
            else { return nil }
            let labels = rest[..<close]
            if let key = Self.find("le=\"", in: labels) {
                let word = labels[key...].prefix { $0 != "\"" }
                bound = word == "+Inf" ? .infinity : Double(String(word))
            }
            rest = rest[rest.index(after: close)...]
        }
        guard let word = rest.split(whereSeparator: { $0 == " " || $0 == "\t" }).first, let value = Double(String(word))
        else {
            return nil
        }
        return (value, bound)
    }

    /// Where the text behind `word` begins, with a `{` or a `,` before it.
    private static func find<Text: StringProtocol>(_ word: String, in text: Text) -> Text.Index? {
        var index = text.startIndex
        while index < text.endIndex {
            let next = text.index(after: index)
            if text[index] == "{" || text[index] == "," || text[index] == " ", text[next...].hasPrefix(word) {
                return text.index(next, offsetBy: word.count)
            }
            index = next
        }
        return nil
    }

    /// A quantile of the requests between two pages, by linear interpolation within a bucket, as Prometheus'
    /// `histogram_quantile` does it; `nil` without requests or buckets.
    ///
    /// - Parameters:
    ///   - share: 0...1.
    ///   - earlier: The page before.
    func quantile(_ share: Double, since earlier: PrometheusPage) -> Double? {
        let bounds = buckets.keys.sorted()
        let counts = bounds.map { max(0, (buckets[$0] ?? 0) - (earlier.buckets[$0] ?? 0)) }
        guard let all = counts.last, all > 0 else { return nil }
        let rank = share * all
        guard let index = counts.firstIndex(where: { $0 >= rank }) else { return nil }
        let lower = index == 0 ? 0 : bounds[index - 1]
        guard bounds[index].isFinite else { return lower }
        let before = index == 0 ? 0 : counts[index - 1]
        let inside = counts[index] - before
        guard inside > 0 else { return bounds[index] }
        return lower + (bounds[index] - lower) * (rank - before) / inside
    }
}
