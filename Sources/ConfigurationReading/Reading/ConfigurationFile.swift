import Foundation
import Yams

/// A configuration file: a YAML mapping of the known keys, nothing else.
package struct ConfigurationFile {
    /// The largest file that is read, bytes.
    private static let limit = 1_048_576

    /// The path.
    package let path: String
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
        guard let text = FileText.read(data) else {
            throw ConfigurationError(
                key: "config",
                source: SettingSource.file(path: path, line: FileText.damagedLine(data)).text,
                reason: "it is not UTF-8 text; save the file as UTF-8"
            )
        }
        try self.init(path: path, text: text)
    }

    /// Reads `text` as the content of the file at `path`.
    init(path: String, text: String) throws {
        self.path = path
        if let line = AliasCheck.line(in: text) {
            throw ConfigurationError(
                key: "config",
                source: SettingSource.file(path: path, line: line).text,
                reason: "a key is a list, a mapping or an alias; write it as a word"
            )
        }
        do {
            guard let node = try Yams.compose(yaml: text.hasPrefix("\u{FEFF}") ? String(text.dropFirst()) : text) else {
                root = Node.Mapping([])
                return
            }
            guard let mapping = node.mapping else {
                throw ConfigurationError(key: "config", source: path, reason: "it is not a mapping of keys to values")
            }
            var merger = MergeKeys()
            root = try merger.resolve(mapping)
        } catch let error as ConfigurationError {
            throw error
        } catch let problem as MergeKeys.Problem {
            throw ConfigurationError(
                key: "<<",
                source: SettingSource.file(path: path, line: problem.line).text,
                reason: problem.reason
            )
        } catch let error as YamlError {
            throw Self.error(error, path: path, text: text)
        } catch {
            throw ConfigurationError(key: "config", source: path, reason: "it is not YAML: \(error)")
        }
    }

    private static func error(_ error: YamlError, path: String, text: String) -> ConfigurationError {
        switch error {
        case .reader(let problem, let offset, _, _):
            let line = offset.map { offset in text.utf8.prefix(offset).count { $0 == 0x0A } + 1 }
            return ConfigurationError(
                key: "config",
                source: SettingSource.file(path: path, line: line ?? 0).text,
                reason: "it is not YAML: \(problem)"
            )
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
