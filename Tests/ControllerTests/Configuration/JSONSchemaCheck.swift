import Foundation

/// Checks values against the part of JSON Schema that the configuration's schema uses.
struct JSONSchemaCheck {
    /// The whole schema.
    let root: [String: Any]

    init(_ text: String) throws {
        root = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
    }

    /// What is wrong with a value, `nil` when nothing is.
    func problem(_ value: Any) -> String? { problem(value, root, at: "$") }

    private func problem(_ value: Any, _ schema: [String: Any], at path: String) -> String? {
        if let reference = schema["$ref"] as? String, let name = reference.split(separator: "/").last {
            let definitions = root["$defs"] as? [String: [String: Any]]
            return definitions?[String(name)].flatMap { problem(value, $0, at: path) }
        }
        if let choices = schema["oneOf"] as? [[String: Any]] {
            let fitting = choices.filter { problem(value, $0, at: path) == nil }
            guard fitting.count == 1 else { return "\(path): \(fitting.count) of oneOf fit" }
        }
        if let words = schema["enum"] as? [Any], !words.contains(where: { isSame($0, value) }) {
            return "\(path): not in enum"
        }
        if let word = schema["const"] as? String, word != value as? String { return "\(path): not \(word)" }
        switch schema["type"] as? String {
        case "object": return objectProblem(value, schema, at: path)
        case "array":
            guard let list = value as? [Any] else { return "\(path): no array" }
            guard list.count >= schema["minItems"] as? Int ?? 0, list.count <= schema["maxItems"] as? Int ?? .max else {
                return "\(path): \(list.count) items"
            }
            let items = schema["items"] as? [String: Any] ?? [:]
            return list.enumerated().lazy.compactMap { problem($1, items, at: "\(path)[\($0)]") }.first
        case "string":
            guard let text = value as? String else { return "\(path): no string" }
            guard let pattern = schema["pattern"] as? String else { return nil }
            return text.range(of: pattern, options: .regularExpression) == nil ? "\(path): not like \(pattern)" : nil
        case "integer":
            guard let number = value as? Int else { return "\(path): no integer" }
            return boundsProblem(Double(number), schema, at: path)
        case "number":
            guard let number = value as? Double ?? (value as? Int).map(Double.init) else { return "\(path): no number" }
            return boundsProblem(number, schema, at: path)
        default:
            return schema["required"] == nil ? nil : objectProblem(value, schema, at: path)
        }
    }

    private func isSame(_ left: Any, _ right: Any) -> Bool {
        if let left = left as? String, let right = right as? String { return left == right }
        return !(left is String) && !(right is String) && left as? Bool == right as? Bool
    }

    private func objectProblem(_ value: Any, _ schema: [String: Any], at path: String) -> String? {
        guard let object = value as? [String: Any] else { return "\(path): no object" }
        guard object.count >= schema["minProperties"] as? Int ?? 0 else { return "\(path): too few members" }
        for name in schema["required"] as? [String] ?? [] where object[name] == nil { return "\(path): no \(name)" }
        if let pattern = (schema["propertyNames"] as? [String: Any])?["pattern"] as? String,
            let name = object.keys.first(where: { $0.range(of: pattern, options: .regularExpression) == nil })
        {
            return "\(path): \(name) is no name"
        }
        let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
        for (name, member) in object {
            if let known = properties[name] {
                if let found = problem(member, known, at: "\(path).\(name)") { return found }
            } else if let others = schema["additionalProperties"] as? [String: Any] {
                if let found = problem(member, others, at: "\(path).\(name)") { return found }
            } else if schema["additionalProperties"] as? Bool == false {
                return "\(path): \(name) is unknown"
            }
        }
        let condition = (schema["if"] as? [String: Any])?["required"] as? [String]
        guard let condition, condition.allSatisfy({ object[$0] != nil }) else { return nil }
        let names = ((schema["then"] as? [String: Any])?["propertyNames"] as? [String: Any])?["enum"] as? [String]
        return object.keys.first { names?.contains($0) == false }.map { "\(path): \($0) beside \(condition)" }
    }

    private func boundsProblem(_ number: Double, _ schema: [String: Any], at path: String) -> String? {
        func bound(_ name: String) -> Double? { (schema[name] as? NSNumber)?.doubleValue }
        let isRight =
            number >= bound("minimum") ?? -.infinity && number <= bound("maximum") ?? .infinity
            && number > bound("exclusiveMinimum") ?? -.infinity && number < bound("exclusiveMaximum") ?? .infinity
        return isRight ? nil : "\(path): \(number) out of range"
    }
}
