import ArgumentParser
import ConfigurationReading

/// `cms-controller schema`.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of the configuration file, or explain its keys.",
        discussion: """
            Editors check and complete cms.yaml with it when the file begins with

              # yaml-language-server: $schema=cms.schema.json
            """
    )

    @Flag(help: "Print all keys with their values, defaults and meaning instead.")
    var reference = false

    mutating func run() async throws {
        print(reference ? ConfigurationSchema.reference : ConfigurationSchema.jsonSchema, terminator: "")
    }
}
