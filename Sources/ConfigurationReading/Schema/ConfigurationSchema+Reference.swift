extension ConfigurationSchema {
    /// All keys with what they take, their defaults and what they mean: the help text of the file.
    package static var reference: String {
        var lines = ["Settings of the process:", ""]
        lines += (process + [hypervisors]).flatMap { reference(of: $0, indent: "  ") }
        lines += [
            "",
            "Settings of a group: beside the process's where there is one group, or under groups.NAME:",
            "",
        ]
        lines += group.flatMap { reference(of: $0, indent: "  ") }
        lines += ["", "Several groups:", "", "  \(groupsKey):", "      \(groups.summary)"]
        lines += [
            "",
            "Flags and variables (CMS_ and the name in capitals) where there is one group; the file knows these names too:",
            "",
        ]
        for key in ConfigurationKey.allCases {
            let place = key.path == [key.rawValue] ? "" : " = \(key.path.joined(separator: "."))"
            lines.append("  --\(key.rawValue), \(key.environmentName)\(place)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func reference(of key: KeyDescription, indent: String) -> [String] {
        var head = "\(indent)\(key.name):"
        if case .list(.mapping, _, _) = key.kind {
            head += " list of"
        } else if !key.expectation.isEmpty {
            head += " \(key.expectation)"
        }
        if let standard = key.standard { head += " (default: \(standard))" }
        if key.isRequired { head += " (required)" }
        return [head, "\(indent)    \(key.summary)"]
            + key.kind.keys.flatMap { reference(of: $0, indent: indent + "  ") }
    }
}
