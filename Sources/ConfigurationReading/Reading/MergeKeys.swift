import Yams

/// YAML's merge key: `<<: *common` gives a mapping the keys of another one, where it does not give them itself.
package struct MergeKeys {
    /// What cannot be merged.
    package struct Problem: Error {
        /// The line, from 1; 0 when unknown.
        package var line: Int
        /// What is wrong and what would be right.
        package var reason: String
    }

    /// The most mappings that are merged in a file: what merges what merges again grows without end.
    package static let limit = 1000
    private var count = 0

    /// The mapping with what is merged into it, and without the merge key.
    mutating func resolve(_ mapping: Node.Mapping) throws(Problem) -> Node.Mapping {
        guard mapping.contains(where: { Self.isMerge($0.key) }) else { return mapping }
        var pairs: [(Node, Node)] = []
        var names: Set<String> = []
        for (key, value) in mapping where !Self.isMerge(key) {
            pairs.append((key, value))
            names.insert(key.string ?? "")
        }
        for (key, value) in mapping where Self.isMerge(key) {
            for source in try Self.sources(value, line: key.mark?.line ?? 0) {
                count += 1
                guard count <= Self.limit else {
                    throw Problem(
                        line: key.mark?.line ?? 0,
                        reason: "more than \(Self.limit) mappings are merged in this file; write the keys out"
                    )
                }
                for (key, value) in try resolve(source) where names.insert(key.string ?? "").inserted {
                    pairs.append((key, value))
                }
            }
        }
        return Node.Mapping(pairs, mapping.tag, mapping.style, mapping.mark)
    }

    private static func isMerge(_ key: Node) -> Bool {
        guard let scalar = key.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return scalar.string == "<<"
    }

    /// The mappings that a merge key names: one, or a list of them.
    private static func sources(_ value: Node, line: Int) throws(Problem) -> [Node.Mapping] {
        if let mapping = value.mapping { return [mapping] }
        let mappings = value.sequence.map { $0.compactMap(\.mapping) } ?? []
        guard let sequence = value.sequence, mappings.count == sequence.count else {
            throw Problem(
                line: line,
                reason:
                    "the merge key takes a mapping or a list of mappings, usually by their anchors, such as <<: *common"
            )
        }
        return mappings
    }
}
