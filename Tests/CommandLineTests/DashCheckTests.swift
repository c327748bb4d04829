import ArgumentParser
import Testing

@testable import CommandLineSupport

@Suite("ReasonFormat that begin with a dash")
struct DashCheckTests {
    /// A program with what the three programs have.
    struct Sample: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "sample",
            version: "1",
            subcommands: [Run.self, Protect.self, Scale.self, Token.self],
            defaultSubcommand: Run.self
        )

        struct Run: AsyncParsableCommand {
            static let configuration = CommandConfiguration(commandName: "run")

            @Option var min: Int?
            @Flag(name: .shortAndLong) var follow = false
        }

        struct Protect: AsyncParsableCommand {
            @Argument var instance: String
            @Option(parsing: .unconditional) var group: String?
            @Option var count: Int?
            @Flag(name: .shortAndLong) var follow = false
        }

        struct Scale: AsyncParsableCommand {
            @Argument var group: String
            @Argument var size: Int?
        }

        struct Token: AsyncParsableCommand {
            static let configuration = CommandConfiguration(subcommands: [Create.self])

            struct Create: AsyncParsableCommand {
                @Argument var domain: String
            }
        }
    }

    func problem(_ words: String) async -> String? {
        await Sample.dashProblem(in: words.split(separator: " ").map(String.init))?.text
    }

    @Test(
        "an operand that looks like an option is refused, and the command with '--' is named",
        arguments: [
            ("protect -name", "protect -- -name"), ("protect -with-h", "protect -- -with-h"),
            ("protect --name", "protect -- --name"), ("protect --follow -n", "protect -- -n"),
            ("protect --group g --name=x", "protect -- --name=x"), ("scale -web 3", "scale -- -web"),
            ("scale web -3", "scale -- -3"), ("token create -vm1", "token create -- -vm1"),
        ]
    )
    func operands(words: String, remedy: String) async throws {
        let text = try #require(await problem(words))
        #expect(text.hasSuffix("behind '--': sample \(remedy)"), "\(text)")
    }

    @Test(
        "what is right, and what the parser says better, is left to the parser",
        arguments: [
            "protect vm1", "protect -- -name", "protect --group g -- -name", "protect vm1 -f",
            "protect --group -web vm1",
            "protect --group=-web vm1", "protect --group=--follow vm1", "protect -h", "protect -name --help",
            "help protect",
            "-f", "--min 3", "--version", "--mim 3", "protect vm1 --grop g", "protect --count", "protect - ", "",
            "--generate-completion-script bash", "---completion protect -- x", "--experimental-dump-help",
        ]
    )
    func fine(words: String) async {
        #expect(await problem(words) == nil)
    }

    @Test("a value with a dash is an option's where that takes any word, and is named with '=' elsewhere")
    func values() async throws {
        #expect(await problem("protect vm1 --count -3")?.hasSuffix("write --count=-3") == true)
        #expect(await problem("--min -1")?.contains("write --min=-1") == true)
        let missing = try #require(await problem("protect --group --follow vm1"))
        #expect(missing.hasPrefix("--group has no value: '--follow' behind it is an option"), "\(missing)")
    }

    @Test("letters of no flag are no options of a command without operands either")
    func clusters() async {
        #expect(await problem("-shade") == "'-shade' is no option of 'sample'")
        #expect(await problem("run -with") == "'-with' is no option of 'sample run'")
    }

    @Test("the check leaves what it takes for right to be parsed as such")
    func parsed() async throws {
        let protect = try #require(
            try await Sample.asyncParseAsRoot(["protect", "--group", "-web", "--", "-name"]) as? Sample.Protect
        )
        #expect(protect.instance == "-name" && protect.group == "-web")
    }
}
