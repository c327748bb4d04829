import Wire

extension ConfigurationSchema {
    /// The JSON Schema (draft 2020-12) of the configuration file.
    package static var jsonSchema: String {
        // Several groups leave no place for one group's keys.
        let severalGroups: [(String, JSONText)] = [
            ("if", .object([("required", .array([.string(groupsKey)]))])),
            (
                "then",
                .object([
                    (
                        "propertyNames",
                        .object([("enum", .array(severalGroups.keys.map { .string($0.name) }))])
                    )
                ])
            ),
        ]
        let top = properties(process + [hypervisors, groups] + group + shortcuts)
        let root: [(String, JSONText)] = [
            ("$schema", .string("https://json-schema.org/draft/2020-12/schema")),
            ("title", .string("cms.yaml")),
            ("description", .string("The configuration file of cms-controller.")),
            ("type", .string("object")),
            ("additionalProperties", .bool(false)),
            ("properties", .object(top)),
        ]
        let definitions: [(String, JSONText)] = [
            ("$defs", .object([("group", .object(members(of: MappingDescription(keys: group))))]))
        ]
        return JSONText.object(root + severalGroups + definitions).text() + "\n"
    }

    private static func properties(_ keys: [KeyDescription]) -> [(String, JSONText)] {
        keys.map { ($0.name, .object(members(of: $0))) }
    }

    /// What the schema says of one key.
    private static func members(of key: KeyDescription) -> [(String, JSONText)] {
        var members: [(String, JSONText)] = [("description", .string(key.summary))]
        var form = Self.form(of: key.kind)
        if case .mapping(let description) = key.kind, let shorthand = description.shorthand.flatMap({ description[$0] })
        {
            form = [("oneOf", .array([.object(Self.form(of: shorthand.kind)), .object(form)]))]
        }
        if key.allowsNone {
            form = [("oneOf", .array([.object(form), .object([("const", .string("none"))])]))]
        }
        members += form
        if let standard = key.standard { members.append(("default", json(of: standard, key))) }
        return members
    }

    private static func members(of description: MappingDescription) -> [(String, JSONText)] {
        var members: [(String, JSONText)] = [
            ("type", .string("object")),
            ("additionalProperties", .bool(false)),
        ]
        let required = description.keys.filter(\.isRequired).map { JSONText.string($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        if !description.exactlyOne.isEmpty {
            let choices = description.exactlyOne.map { JSONText.object([("required", .array([.string($0)]))]) }
            members.append(("oneOf", .array(choices)))
        }
        members.append(("properties", .object(properties(description.keys))))
        return members
    }

    /// What the schema says of a kind of value.
    private static func form(of kind: ValueKind) -> [(String, JSONText)] {
        switch kind {
        case .text(.statuses):
            return statuses
        case .text(let form):
            return [
                ("type", .string("string")), ("pattern", .string(form.expression)),
                ("maxLength", .number(Double(TextForm.longest))),
            ]
        case .choice(let words):
            return [("enum", .array(words.map { .string($0) }))]
        case .onOff:
            // Readers of YAML 1.1 take on and off for booleans.
            return [("enum", .array([.string("on"), .string("off"), .bool(true), .bool(false)]))]
        case .integer(let range):
            return [
                ("type", .string("integer")), ("minimum", .number(Double(range.lowerBound))),
                ("maximum", .number(Double(range.upperBound))),
            ]
        case .number(let range):
            return [
                ("type", .string("number")),
                (range.isAboveLower ? "exclusiveMinimum" : "minimum", .number(range.lower)),
                (range.isBelowUpper ? "exclusiveMaximum" : "maximum", .number(range.upper)),
            ]
        case .duration:
            return [("type", .string("string")), ("pattern", .string(#"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d)$"#))]
        case .bytes:
            return [("type", .string("string")), ("pattern", .string("^\(ByteText.pattern)$"))]
        case .bytesOrPercent:
            return [
                ("type", .string("string")),
                ("pattern", .string(#"^(\#(ByteText.pattern)|[0-9]{1,2}(\.[0-9]+)?%)$"#)),
            ]
        case .amount:
            return amount
        case .list(let kind, let count, let commas):
            let list: [(String, JSONText)] = [
                ("type", .string("array")), ("minItems", .number(Double(count.lowerBound))),
                ("maxItems", .number(Double(count.upperBound))), ("items", .object(form(of: kind))),
            ]
            guard commas else { return list }
            return [("oneOf", .array([.object([("type", .string("string"))]), .object(list)]))]
        case .labels:
            return labels
        case .mapping(let description):
            return members(of: description)
        case .named(_, let count):
            return [
                ("type", .string("object")), ("minProperties", .number(Double(count.lowerBound))),
                ("maxProperties", .number(Double(count.upperBound))),
                ("propertyNames", .object([("pattern", .string("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))])),
                ("additionalProperties", .object([("$ref", .string("#/$defs/group"))])),
            ]
        }
    }

    /// Names with values.
    private static var labels: [(String, JSONText)] {
        [
            ("type", .string("object")), ("maxProperties", .number(Double(ValueKind.labelLimit))),
            ("propertyNames", .object([("pattern", .string("^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"))])),
            (
                "additionalProperties",
                .object([("type", .array([.string("string"), .string("number"), .string("boolean")]))])
            ),
        ]
    }

    /// One status alone is a number to readers of YAML.
    private static var statuses: [(String, JSONText)] {
        let text: [(String, JSONText)] = [
            ("type", .string("string")), ("pattern", .string(TextForm.statuses.expression)), ("maxLength", .number(7)),
        ]
        let number: [(String, JSONText)] = [
            ("type", .string("integer")), ("minimum", .number(100)), ("maximum", .number(599)),
        ]
        return [("oneOf", .array([.object(text), .object(number)]))]
    }

    /// A number, or a text with a unit.
    private static var amount: [(String, JSONText)] {
        let number: [(String, JSONText)] = [
            ("type", .string("number")), ("exclusiveMinimum", .number(0)), ("maximum", .number(1e12)),
        ]
        let text: [(String, JSONText)] = [
            ("type", .string("string")), ("pattern", .string(#"^[0-9]+(\.[0-9]+)?(ms|s|m|h|d|%)$"#)),
        ]
        return [("oneOf", .array([.object(number), .object(text)]))]
    }

    private static func json(of standard: String, _ key: KeyDescription) -> JSONText {
        switch key.kind {
        case .integer, .number: Double(standard).map { .number($0) } ?? .string(standard)
        default: .string(standard)
        }
    }
}
