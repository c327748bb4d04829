import ArgumentParser

/// The options that say what is shown and kept.
struct OutputArguments: ParsableArguments {
    /// What standard output is for.
    enum Form: String, ExpressibleByArgument, CaseIterable, Sendable {
        /// Lines or a live view for people.
        case text
        /// One JSON object a line for machines.
        case json
    }

    @Option(help: "What goes to standard output: text for people, or one JSON object for each event.")
    var output: Form = .text

    @Flag(help: "Print plain lines on a terminal, too, instead of the live view.")
    var plain = false

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Write one line for each answer to this file, which is made anew.", valueName: "file"),
        completion: .file()
    )
    var logFile: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Write each event as a line of JSON to this file, which is made anew.", valueName: "file"),
        completion: .file()
    )
    var eventsFile: String?
}
