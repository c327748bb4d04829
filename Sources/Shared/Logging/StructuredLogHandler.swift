import Logging
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// Writes each log event as one line to a file descriptor, in one `write`, so that lines of several threads do not mix.
public struct StructuredLogHandler: LogHandler {
    /// Metadata added to each line.
    public var metadata: Logger.Metadata = [:]
    /// Metadata from the surrounding task.
    public var metadataProvider: Logger.MetadataProvider?
    /// Events below this level are dropped.
    public var logLevel: Logger.Level
    private let label: String
    private let format: LogFormat
    private let descriptor: Int32

    /// A handler.
    ///
    /// - Parameters:
    ///   - label: The logger's label.
    ///   - format: Text or JSON.
    ///   - level: The lowest level written.
    ///   - descriptor: The file descriptor; standard error by default.
    public init(label: String, format: LogFormat, level: Logger.Level, descriptor: Int32 = 2) {
        self.label = label
        self.format = format
        self.logLevel = level
        self.descriptor = descriptor
    }

    /// One key of the metadata.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes the event.
    public func log(event: LogEvent) {
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        if let error = event.error { fields["error"] = "\(ErrorText.of(error))" }
        var line =
            switch format {
            case .text: text(event, fields)
            case .json: json(event, fields)
            }
        line += "\n"
        line.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    private func text(_ event: LogEvent, _ fields: Logger.Metadata) -> String {
        var line = "\(Date().rfc3339) \(event.level.rawValue.uppercased()) \(label): \(event.message)"
        for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(key)=\(Self.quoted("\(value)"))"
        }
        return line
    }

    private func json(_ event: LogEvent, _ fields: Logger.Metadata) -> String {
        var object: [String: JSONText] = [:]
        for (key, value) in fields { object[key] = JSONText(value) }
        object["time"] = .string(Date().rfc3339)
        object["level"] = .string(event.level.rawValue)
        object["logger"] = .string(label)
        object["message"] = .string("\(event.message)")
        guard let data = try? WireCoding.encoder().encode(object) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// Control characters from peers must not break a line, nor blanks a field.
    private static func quoted(_ value: String) -> String {
        let plain = value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0.value != 0x7F && $0 != "=" }
        guard !plain || value.isEmpty else { return value }
        guard let data = try? WireCoding.encoder().encode(value) else { return "\"\"" }
        return String(decoding: data, as: UTF8.self)
    }
}

/// Metadata as JSON.
private enum JSONText: Encodable {
    case string(String)
    case array([JSONText])
    case object([String: JSONText])

    init(_ value: Logger.Metadata.Value) {
        switch value {
        case .string(let text): self = .string(text)
        case .stringConvertible(let convertible): self = .string("\(convertible)")
        case .array(let values): self = .array(values.map(JSONText.init))
        case .dictionary(let values): self = .object(values.mapValues(JSONText.init))
        @unknown default: self = .string("\(value)")
        }
    }

    func encode(to encoder: any Encoder) throws {
        switch self {
        case .string(let text):
            var container = encoder.singleValueContainer()
            try container.encode(text)
        case .array(let values):
            var container = encoder.singleValueContainer()
            try container.encode(values)
        case .object(let values):
            var container = encoder.singleValueContainer()
            try container.encode(values)
        }
    }
}
