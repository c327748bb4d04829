import ConfigurationValues
import Lifecycle
import Yams

/// Compares a file with the known keys: takes what is right and notes what is not.
package struct SettingsParser {
    /// The file's path, for errors.
    package let path: String
    /// What was found wrong.
    var problems = ProblemList()
    private var merger = MergeKeys()

    /// A parser of the file at `path`.
    init(path: String) {
        self.path = path
    }

    /// The settings of a mapping.
    ///
    /// - Parameters:
    ///   - node: The mapping.
    ///   - description: The keys that it may have.
    ///   - keyPath: Where it stands; empty for the file itself.
    package mutating func settings(
        _ node: Node.Mapping,
        _ description: MappingDescription,
        at keyPath: String
    ) -> Settings {
        var settings = Settings()
        let node = merged(node, at: keyPath)
        for (key, value) in node {
            let name = key.string ?? "?"
            let place = keyPath.isEmpty ? name : "\(keyPath).\(name)"
            guard let known = description[name] else {
                problems.add(place, source(key), unknown(name, description))
                continue
            }
            // An empty value is one that nobody gave.
            if isEmpty(value) { continue }
            if let value = self.value(value, known, at: place, source: source(key)) { settings[name] = value }
        }
        checkPresence(settings, of: node, description, at: keyPath)
        return settings
    }

    private func source(_ node: Node) -> SettingSource {
        .file(path: path, line: node.mark?.line ?? 0)
    }

    /// The mapping with what its merge key names.
    private mutating func merged(_ node: Node.Mapping, at keyPath: String) -> Node.Mapping {
        do {
            return try merger.resolve(node)
        } catch {
            problems.add(keyPath.isEmpty ? "<<" : "\(keyPath).<<", .file(path: path, line: error.line), error.reason)
            return Node.Mapping(node.filter { $0.key.string != "<<" }.map { ($0.key, $0.value) })
        }
    }

    private func isEmpty(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null"].contains(scalar.string)
    }

    private func unknown(_ name: String, _ description: MappingDescription) -> String {
        let names = description.keys.map(\.name)
        if names.contains(ConfigurationSchema.groupsKey), ConfigurationSchema.oneGroup[name] != nil {
            let path = ConfigurationKey(rawValue: name)?.path.joined(separator: ".") ?? name
            return "it is a group's, and there are several; give \(path) under \(ConfigurationSchema.groupsKey).NAME"
        }
        if let nearest = NearestName.find(name, in: names) { return "unknown key; did you mean '\(nearest)'?" }
        let elsewhere = ConfigurationSchema.paths(to: name).prefix(3)
        let known = "known keys here are \(names.joined(separator: ", "))"
        return elsewhere.isEmpty
            ? "unknown key; \(known)"
            : "unknown here; did you mean \(elsewhere.map { "'\($0)'" }.joined(separator: " or "))? \(known)"
    }

    private mutating func checkPresence(
        _ settings: Settings,
        of node: Node.Mapping,
        _ description: MappingDescription,
        at keyPath: String
    ) {
        let given = Set(node.filter { !isEmpty($0.value) }.compactMap(\.key.string))
        // The file's own required keys can come from a flag or a variable.
        guard !keyPath.isEmpty else { return }
        let line = SettingSource.file(path: path, line: node.mark?.line ?? 0)
        for key in description.keys where key.isRequired && !given.contains(key.name) {
            let example = key.example.map { ", for example \(key.name): \($0)" } ?? ""
            problems.add("\(keyPath).\(key.name)", line, "missing; give \(key.expectation)\(example)")
        }
        let choices = description.exactlyOne.filter(given.contains)
        if !description.exactlyOne.isEmpty, choices.count != 1 {
            let found = choices.isEmpty ? "none of them is" : "\(choices.joined(separator: " and ")) are"
            problems.add(
                keyPath,
                line,
                "give exactly one of \(description.exactlyOne.joined(separator: ", ")); \(found) given"
            )
        }
    }

    private mutating func value(
        _ node: Node,
        _ key: KeyDescription,
        at keyPath: String,
        source: SettingSource
    ) -> Setting? {
        switch key.kind {
        case .mapping(let description):
            return mapping(node, description, at: keyPath, source: source)
        case .named(let description, let count):
            return named(node, description, count: count, at: keyPath, source: source)
        case .labels:
            return labels(node, at: keyPath, source: source)
        case .list(let kind, let count, let commas):
            if commas, node.scalar != nil { break }
            guard let sequence = node.sequence else {
                problems.add(keyPath, source, "a list is expected: \(key.expectation)")
                return nil
            }
            let element = KeyDescription(key.name, kind, nil, key.summary)
            var list: [Setting] = []
            for (index, item) in sequence.prefix(count.upperBound).enumerated() {
                if let item = value(item, element, at: "\(keyPath)[\(index)]", source: self.source(item)) {
                    list.append(item)
                }
            }
            guard count.contains(sequence.count) else {
                problems.add(keyPath, source, "\(sequence.count) values are given; expected \(key.expectation)")
                return nil
            }
            return Setting(value: .list(list), source: source, text: list.map(\.text).joined(separator: ","))
        default:
            break
        }
        guard let text = node.scalar?.string ?? Self.listed(node, key) else {
            problems.add(keyPath, source, "a single value is expected: \(key.expectation)")
            return nil
        }
        do {
            return Setting(value: try key.parse(text), source: source, text: text)
        } catch {
            problems.add(keyPath, source, error.reason)
            return nil
        }
    }

    /// A list of ranges as one text, which is refused with better words than any list is.
    private static func listed(_ node: Node, _ key: KeyDescription) -> String? {
        guard case .text(.range) = key.kind, let texts = node.sequence?.map(\.scalar?.string) else { return nil }
        return texts.count > 1 ? texts.compactMap(\.self).joined(separator: ",") : nil
    }

    private mutating func mapping(
        _ node: Node,
        _ description: MappingDescription,
        at keyPath: String,
        source: SettingSource
    ) -> Setting? {
        if let mapping = node.mapping {
            return Setting(value: .mapping(settings(mapping, description, at: keyPath)), source: source)
        }
        let names = description.keys.map(\.name).joined(separator: ", ")
        guard let shorthand = description.shorthand.flatMap({ description[$0] }), node.scalar != nil else {
            problems.add(keyPath, source, "a mapping is expected, of the keys \(names)")
            return nil
        }
        guard let value = value(node, shorthand, at: keyPath, source: source) else { return nil }
        var settings = Settings()
        settings[shorthand.name] = value
        return Setting(value: .mapping(settings), source: source)
    }

    private mutating func labels(_ node: Node, at keyPath: String, source: SettingSource) -> Setting? {
        guard let mapping = node.mapping.map({ merged($0, at: keyPath) }), mapping.count <= ValueKind.labelLimit else {
            problems.add(keyPath, source, "a mapping is expected: \(ValueKind.labels.expectation)")
            return nil
        }
        var labels = Settings()
        for (key, value) in mapping {
            let name = key.string ?? ""
            guard GroupConfiguration.isName(name), let text = value.scalar?.string, text.count <= 128 else {
                problems.add(
                    keyPath,
                    self.source(key),
                    "'\(name.prefix(100))' is no label; use 1 to 64 letters, digits, '.', '_' or '-', with one value"
                )
                continue
            }
            labels[name] = Setting(value: .text(text), source: self.source(value), text: text)
        }
        return Setting(value: .mapping(labels), source: source)
    }

    private mutating func named(
        _ node: Node,
        _ description: MappingDescription,
        count: ClosedRange<Int>,
        at keyPath: String,
        source: SettingSource
    ) -> Setting? {
        guard let mapping = node.mapping.map({ merged($0, at: keyPath) }), count.contains(mapping.count) else {
            problems.add(
                keyPath,
                source,
                "a mapping of \(count.lowerBound) to \(count.upperBound) names to settings is expected, "
                    + "for example {web: {hosts: 192.168.122.0/24}}"
            )
            return nil
        }
        var named = Settings()
        for (key, value) in mapping {
            let name = key.string ?? ""
            let line = self.source(key)
            guard GroupConfiguration.isName(name) else {
                problems.add(
                    keyPath,
                    line,
                    "'\(name.prefix(100))' is not a group's name; use 1 to 64 letters, digits, '.', '_' or '-'"
                )
                continue
            }
            named[name] = self.mapping(value, description, at: "\(keyPath).\(name)", source: line)
        }
        return Setting(value: .mapping(named), source: source)
    }
}
