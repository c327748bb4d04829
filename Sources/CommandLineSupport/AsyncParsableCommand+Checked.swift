import ArgumentParser
import Shared

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

extension AsyncParsableCommand {
    /// Parses and runs the program, as `main()` does, after a check of the words that begin with a dash.
    ///
    /// A word that is no option ends the program with exit code 64 and says how it is written as an operand or a value.
    package static func checkedMain() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if let problem = await dashProblem(in: arguments) {
            let bytes = Array(problem.lines.utf8)
            _ = bytes.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
            Glibc.exit(ExitStatus.usage)
        }
        await main(arguments)
    }

    /// What is wrong with words that begin with a dash; `nil` when nothing is, or the parser says it as well.
    package static func dashProblem(in arguments: [String]) async -> DashCheck.Problem? {
        guard arguments.contains(where: { $0.hasPrefix("-") }) else { return nil }
        let text = message(for: await parsingFailure(of: ["--experimental-dump-help"]))
        guard let program = try? JSONDecoder().decode(CommandDescription.Program.self, from: Data(text.utf8)) else {
            return nil
        }
        return DashCheck(program.command).problem(in: arguments)
    }

    private static func parsingFailure(of arguments: [String]) async -> any Error {
        do {
            _ = try await asyncParseAsRoot(arguments)
            return ExitCode.success
        } catch {
            return error
        }
    }
}
