import Foundation

/// The programs of this package, as they were built with the tests.
public enum BuiltProgram {
    /// It is not where the tests are.
    struct NotBuilt: Error {
        let name: String
        let arguments: [String]
    }

    /// Where the program lies: beside the tests' bundle, whose path is in the arguments of whatever runs the tests.
    public static func url(_ name: String) throws -> URL {
        let candidates = CommandLine.arguments.filter { $0.contains(".xctest") || $0.hasPrefix("/") }
        for candidate in candidates {
            var url = URL(fileURLWithPath: candidate)
            while url.path != "/" {
                url.deleteLastPathComponent()
                let program = url.appendingPathComponent(name)
                var isDirectory: ObjCBool = false
                let exists = FileManager.default.fileExists(atPath: program.path, isDirectory: &isDirectory)
                if exists, !isDirectory.boolValue { return program }
            }
        }
        throw NotBuilt(name: name, arguments: CommandLine.arguments)
    }
}
