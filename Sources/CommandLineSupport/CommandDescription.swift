/// What a command takes, as swift-argument-parser describes it with `--experimental-dump-help`.
struct CommandDescription: Decodable, Sendable {
    /// The description of a whole program.
    struct Program: Decodable, Sendable {
        var command: CommandDescription
    }

    /// An operand, an option with a value, or a flag.
    struct Argument: Decodable, Sendable {
        /// What it is.
        enum Kind: String, Decodable, Sendable {
            case positional, option, flag
        }

        /// A name such as `--token` or `-f`.
        struct Name: Decodable, Sendable {
            /// How it is written.
            enum Kind: String, Decodable, Sendable {
                case long, short, longWithSingleDash
            }

            var kind: Kind
            var name: String
        }

        var kind: Kind
        var names: [Name]?
        var valueName: String?
        var isRepeating: Bool
        var parsingStrategy: String

        /// Whether the word behind it is its value even when that begins with a dash.
        var takesAnyWord: Bool { parsingStrategy == "unconditional" }
    }

    var commandName: String
    var aliases: [String]?
    var defaultSubcommand: String?
    var subcommands: [CommandDescription]?
    var arguments: [Argument]?

    /// The subcommand that a word names.
    func subcommand(_ word: String) -> CommandDescription? {
        subcommands?.first { $0.commandName == word || $0.aliases?.contains(word) ?? false }
    }

    /// The operands, in their order.
    var operands: [Argument] { arguments?.filter { $0.kind == .positional } ?? [] }

    /// The option or flag with that name; `name` is without dashes.
    func named(_ name: some StringProtocol, _ kind: Argument.Name.Kind) -> Argument? {
        arguments?.first { $0.names?.contains { $0.kind == kind && $0.name == name } ?? false }
    }

    /// Whether a word that begins with a dash is one of the command's options or flags, or several short flags in one.
    func knows(_ word: String) -> Bool {
        let name = word.prefix { $0 != "=" }
        if name.hasPrefix("--") { return named(name.dropFirst(2), .long) != nil }
        let letters = name.dropFirst()
        return named(letters, .longWithSingleDash) != nil
            || (!letters.isEmpty && letters.allSatisfy { named(String($0), .short) != nil })
    }
}
