import Foundation
import Yams

/// Reads a configuration file: a YAML mapping of the known keys, nothing else.
enum ConfigurationFile {
    /// The largest file that is read, bytes.
    private static let limit = 1_048_576

    /// The settings of the file at `path` with the line of each.
    static func read(_ path: String) throws -> [ConfigurationKey: (value: String, line: Int)] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(key: "config", reason: "the file \(path) cannot be read")
        }
        guard data.count <= limit else {
            throw ConfigurationError(key: "config", reason: "the file \(path) has more than \(limit) bytes")
        }
        let root: Node?
        do {
            root = try Yams.compose(yaml: String(decoding: data, as: UTF8.self))
        } catch {
            throw ConfigurationError(key: "config", source: path, reason: "it is not YAML: \(error)")
        }
        guard let root else { return [:] }
        guard let mapping = root.mapping else {
            throw ConfigurationError(key: "config", source: path, reason: "it is not a mapping of keys to values")
        }
        var settings: [ConfigurationKey: (value: String, line: Int)] = [:]
        for (node, value) in mapping {
            let name = node.string ?? ""
            let line = node.mark?.line ?? 0
            let source = "\(path), line \(line)"
            guard let key = ConfigurationKey(rawValue: name) else {
                let hint =
                    ConfigurationKey.nearest(to: name).map { "did you mean '\($0.rawValue)'?" }
                    ?? "known keys are \(ConfigurationKey.allCases.map(\.rawValue).joined(separator: ", "))"
                throw ConfigurationError(key: name, source: source, reason: "unknown key; \(hint)")
            }
            guard settings[key] == nil else {
                throw ConfigurationError(key: name, source: source, reason: "the key stands twice")
            }
            if let sequence = value.sequence {
                settings[key] = (sequence.compactMap(\.string).joined(separator: ","), line)
            } else if let scalar = value.scalar {
                settings[key] = (scalar.string, line)
            } else {
                throw ConfigurationError(key: name, source: source, reason: "a single value is expected")
            }
        }
        return settings
    }
}
