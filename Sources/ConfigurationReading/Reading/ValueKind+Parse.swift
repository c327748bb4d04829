import Foundation
import Wire

extension KeyDescription {
    /// A text that is not of the key's kind or range.
    package struct Refusal: Error {
        package var reason: String

        package init(reason: String) {
            self.reason = reason
        }
    }

    /// The value that a text stands for.
    package func parse(_ text: String) throws(Refusal) -> Setting.Value {
        if allowsNone, text == "none" { return .none }
        if case .text(let form) = kind {
            if let problem = form.problem(in: text) { throw Refusal(reason: problem) }
            return .text(text)
        }
        if case .list(let kind, let count, true) = kind {
            let element = KeyDescription(name, kind, nil, summary)
            var list: [Setting] = []
            for part in text.split(separator: ",") {
                let part = part.trimmingCharacters(in: .whitespaces)
                guard !part.isEmpty else { continue }
                list.append(Setting(value: try element.parse(part), source: .standard, text: part))
            }
            guard count.contains(list.count) else { throw refusal(of: text) }
            return .list(list)
        }
        guard let value = kind.scalar(text) else { throw refusal(of: text) }
        return value
    }

    private func refusal(of text: String) -> Refusal {
        let example =
            if case .duration = kind, let standard { ", for example \(standard)" } else { "" }
        let shown = text.count > 200 ? "\(text.prefix(200))…" : text
        return Refusal(reason: "'\(shown)' is not valid; expected \(expectation)\(example)")
    }
}

extension ValueKind {
    /// The value of a text, when it is of this kind and in its range.
    fileprivate func scalar(_ text: String) -> Setting.Value? {
        switch self {
        case .choice(let words):
            return words.contains(text) ? .text(text) : nil
        case .onOff:
            return ["on": .flag(true), "true": .flag(true), "off": .flag(false), "false": .flag(false)][text]
        case .integer(let range):
            guard text.allSatisfy(\.isWholeNumber) else { return nil }
            return Int(text).flatMap { range.contains($0) ? .integer($0) : nil }
        case .number(let range):
            return DecimalText.parse(text[...]).flatMap { range.contains($0) ? .number($0) : nil }
        case .duration(let range):
            return DurationText.parse(text).flatMap { range.contains($0) ? .duration($0) : nil }
        case .bytes(let range):
            return ByteText.parse(text).flatMap { range.contains($0) ? .bytes($0) : nil }
        case .bytesOrPercent:
            if text.hasSuffix("%") {
                return DecimalText.parse(text.dropLast()).flatMap { (0..<100).contains($0) ? .percent($0) : nil }
            }
            return ByteText.parse(text).map { .bytes($0) }
        case .amount:
            if text.hasSuffix("%") {
                return DecimalText.parse(text.dropLast()).flatMap { $0 > 0 && $0 <= 100 ? .percent($0) : nil }
            }
            if let duration = DurationText.parse(text) { return duration > .zero ? .duration(duration) : nil }
            return DecimalText.parse(text[...]).flatMap { $0 > 0 && $0 <= 1e12 ? .number($0) : nil }
        case .text, .list, .labels, .mapping, .named:
            return nil
        }
    }
}
