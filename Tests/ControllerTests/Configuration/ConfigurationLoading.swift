import Foundation

@testable import ConfigurationReading
@testable import ConfigurationValues

/// Loads configurations from texts.
enum ConfigurationLoading {
    /// The configuration of a file with the text `yaml`, and of flags and variables over it.
    static func load(
        _ yaml: String? = nil,
        flags: [ConfigurationKey: String] = [:],
        environment: [String: String] = [:]
    ) throws -> ControllerConfiguration {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID()).yaml").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        if let yaml { try Data(yaml.utf8).write(to: URL(fileURLWithPath: path)) }
        return try ControllerConfiguration.load(
            flags: flags,
            file: yaml == nil ? nil : path,
            environment: environment,
            isRoot: true
        )
    }

    /// The problems of such a configuration as `line N: key: reason`, without the file's path; empty when it loads.
    static func problems(
        _ yaml: String,
        flags: [ConfigurationKey: String] = [:],
        environment: [String: String] = [:]
    ) -> [String] {
        do {
            _ = try load(yaml, flags: flags, environment: environment)
            return []
        } catch let error as ConfigurationError {
            return error.problems.map { problem in
                var problem = problem
                if let comma = problem.source.range(of: ".yaml, ") {
                    problem.source = String(problem.source[comma.upperBound...])
                }
                return problem.description
            }
        } catch {
            return ["\(error)"]
        }
    }
}
