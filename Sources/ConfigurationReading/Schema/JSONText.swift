import Wire

/// JSON whose members keep their order, for files that people read too.
package indirect enum JSONText: Sendable {
    case object([(String, JSONText)])
    case array([JSONText])
    case string(String)
    case number(Double)
    case bool(Bool)

    /// The text, indented by two spaces a level.
    package func text(indent: String = "") -> String {
        let deeper = indent + "  "
        switch self {
        case .object(let members):
            guard !members.isEmpty else { return "{}" }
            let lines = members.map { name, value in
                "\(deeper)\(Self.quoted(name)): \(value.text(indent: deeper))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(indent)}"
        case .array(let values):
            let isFlat = values.allSatisfy { if case .object = $0 { false } else { true } }
            if isFlat { return "[\(values.map { $0.text() }.joined(separator: ", "))]" }
            return "[\n\(values.map { deeper + $0.text(indent: deeper) }.joined(separator: ",\n"))\n\(indent)]"
        case .string(let text):
            return Self.quoted(text)
        case .number(let number):
            return DecimalText.text(number)
        case .bool(let value):
            return "\(value)"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
