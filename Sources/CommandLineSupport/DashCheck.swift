import Shared
import Wire

/// Finds words on a command line that begin with a dash and are no option of the command.
///
/// The parser takes each letter of `-with` for a flag of its own, so that the `h` in it asks for the help; and it calls an
/// operand missing that is there but begins with a dash. This check comes first and says what to write.
package struct DashCheck: Sendable {
    private let program: CommandDescription

    init(_ program: CommandDescription) {
        self.program = program
    }

    /// What is wrong and what to write; `nil` when the parser can say it as well, or all is right.
    ///
    /// - Parameter arguments: The words behind the program's name.
    package func problem(in arguments: [String]) -> Problem? {
        var command = program
        var path = [program.commandName]
        var rest = arguments[...]
        while let word = rest.first, let next = command.subcommand(word) {
            command = next
            path.append(word)
            rest = rest.dropFirst()
        }
        // The parser's own words.
        if path.last == "help" || rest.contains(where: Self.asksTheParser) { return nil }
        if let usual = command.defaultSubcommand.flatMap(command.subcommand) { command = usual }
        return check(rest, of: command, path: path.joined(separator: " "))
    }

    private func check(_ words: ArraySlice<String>, of command: CommandDescription, path: String) -> Problem? {
        var rest = words
        var operands = 0
        var strange: String?
        while let word = rest.popFirst(), word != "--" {
            guard Self.hasDash(word) else {
                operands += 1
                continue
            }
            guard command.knows(word) else {
                strange = strange ?? word
                continue
            }
            guard word.hasPrefix("--"), !word.contains("="), command.named(word.dropFirst(2), .long)?.kind == .option
            else { continue }
            if let problem = value(rest.first, of: word, command, path: path) { return problem }
            rest = rest.dropFirst()
        }
        return strange.flatMap { unknown($0, after: operands, of: command, path: path) }
    }

    /// What is wrong with the word behind an option, which is its value.
    private func value(_ word: String?, of option: String, _ command: CommandDescription, path: String) -> Problem? {
        guard let word, word != "--", Self.hasDash(word) else { return nil }
        if command.knows(word) {
            return Problem(
                path: path,
                text: "\(option) has no value: '\(word)' behind it is an option; if it is the value, write "
                    + ShellText.word("\(option)=\(word)")
            )
        }
        guard !(command.named(option.dropFirst(2), .long)?.takesAnyWord ?? false) else { return nil }
        return Problem(
            path: path,
            text: "the value '\(word)' of \(option) begins with '-'; write \(ShellText.word("\(option)=\(word)"))"
        )
    }

    /// What to say of a word that begins with a dash and is no option.
    private func unknown(_ word: String, after operands: Int, of command: CommandDescription, path: String) -> Problem?
    {
        let all = command.operands
        let isOperand = operands < all.count || all.contains(where: \.isRepeating)
        // The parser knows a similar name for a long one.
        guard isOperand || !word.hasPrefix("--") else { return nil }
        guard isOperand else { return Problem(path: path, text: "'\(word)' is no option of '\(path)'") }
        let name = all.indices.contains(operands) ? all[operands].valueName : all.last?.valueName
        return Problem(
            path: path,
            text:
                "'\(word)' begins with '-' and is no option of '\(path)'; if it is the \(name ?? "operand"), write it "
                + "last, behind '--': \(path) -- \(ShellText.word(word))"
        )
    }

    private static func asksTheParser(_ word: String) -> Bool {
        ["-h", "--help", "--help-hidden", "---completion", "--generate-completion-script", "--experimental-dump-help"]
            .contains(word)
    }

    private static func hasDash(_ word: String) -> Bool { word.hasPrefix("-") && word != "-" && word != "--" }

    /// What is wrong with a command line.
    package struct Problem: Sendable, Equatable {
        /// The program and its subcommand.
        package var path: String
        /// What is wrong and what to write.
        package var text: String

        /// As standard error shows it.
        package var lines: String { "Error: \(text)\n  See '\(path) --help' for more information.\n" }
    }
}
