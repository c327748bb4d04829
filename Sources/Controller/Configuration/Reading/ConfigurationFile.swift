import Foundation
import Yams

/// A configuration file: a YAML mapping of the known keys, nothing else.
struct ConfigurationFile {
    /// The largest file that is read, bytes.
    private static let limit = 1_048_576

    /// The path.
    let path: String
    /// What stands in it.
    let root: Node.Mapping

    /// Reads the file at `path`.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ConfigurationError(key: "config", reason: "the file \(path) cannot be read")
        }
        guard data.count <= Self.limit else {
            throw ConfigurationError(key: "config", reason: "the file \(path) has more than \(Self.limit) bytes")
        }
        try self.init(path: path, text: String(decoding: data, as: UTF8.self))
    }

    /// Reads `text` as the content of the file at `path`.
    init(path: String, text: String) throws {
        self.path = path
        do {
            guard let node = try Yams.compose(yaml: text) else {
                root = Node.Mapping([])
                return
            }
            guard let mapping = node.mapping else {
                throw ConfigurationError(key: "config", source: path, reason: "it is not a mapping of keys to values")
            }
            root = mapping
        } catch let error as ConfigurationError {
            throw error
        } catch let error as YamlError {
            throw Self.error(error, path: path)
        } catch {
            throw ConfigurationError(key: "config", source: path, reason: "it is not YAML: \(error)")
        }
    }

    private static func error(_ error: YamlError, path: String) -> ConfigurationError {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            return ConfigurationError(
                key: "config",
                source: SettingSource.file(path: path, line: mark.line).text,
                reason: "it is not YAML: \(problem)"
            )
        case .duplicatedKeysInMapping(let duplicates, let context):
            return ConfigurationError(
                key: duplicates.first ?? "config",
                source: SettingSource.file(path: path, line: context.mark.line).text,
                reason: "the key stands twice; keep one"
            )
        default:
            return ConfigurationError(key: "config", source: path, reason: "it is not YAML: \(error)")
        }
    }
}
