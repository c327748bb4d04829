import ArgumentParser
import Foundation
import Reports
import Shared

/// `cms-controller report`.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Write a run's story as one page, or as a picture.",
        discussion: """
            Shows the load of each instance, the demand against the capacity, states, scale outs with their phases, \
            scale ins, failures and decisions. A controller that runs is asked; when none runs on the state directory, \
            its files are read, and "2h" counts back from the last sample. The page needs no \
            network and no script.

            EXAMPLES
              cms-controller report --since 2h --out report.html
              cms-controller report --since 2026-01-02T08:00:00Z --until 2026-01-02T09:00:00Z --group web --out web.png

            Exit codes: 0 written, 1 it could not be, 64 wrong command line.
            """
    )

    @Option(help: ArgumentHelp("The begin: how long ago (2h), or a time (RFC 3339).", valueName: "time"))
    var since: String = "1h"

    @Option(help: ArgumentHelp("The end, likewise (default: now).", valueName: "time"))
    var until: String?

    @Option(parsing: .unconditional, help: "The group (default: the first one).")
    var group: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The file to write: .html for a page, .png for a picture.", valueName: "file"),
        completion: .file(extensions: ["html", "png"])
    )
    var out: String

    @Flag(help: "Replace the file when it is there.")
    var force = false

    @OptionGroup var options: OperatorOptions

    func validate() throws {
        for (name, text) in [("--since", since), ("--until", until ?? since)] where ReportTime(text) == nil {
            throw ValidationError("\(name) '\(text)' is no time; write it as 2h or 2026-01-02T03:04:05Z")
        }
        guard isPicture || ["html", "htm"].contains(suffix) else {
            throw ValidationError("--out '\(out)' must end with .html or .png")
        }
    }

    private var suffix: String { (out as NSString).pathExtension.lowercased() }
    private var isPicture: Bool { suffix == "png" }

    mutating func run() async throws {
        do {
            guard force || !FileManager.default.fileExists(atPath: out) else {
                throw Refusal(description: "\(out) is there already; give another name, or --force to replace it")
            }
            guard let since = ReportTime(since) else { return }
            let report = try await options.reportSource().report(
                group: group,
                since: since,
                until: until.flatMap { ReportTime($0) },
                now: Date()
            )
            if isPicture {
                // A picture that was begun is never taken for a whole one.
                let temporary = "\(out).new-\(getpid()).png"
                defer { unlink(temporary) }
                try await ReportImage.write(report, to: temporary)
                guard rename(temporary, out) == 0 else {
                    throw Refusal(description: "cannot write \(out): \(String(cString: strerror(errno)))")
                }
            } else {
                try DurableFile.write(ReportPage(report).render(), to: out, mode: 0o644)
            }
            print(out)
        } catch {
            throw runFailure(error)
        }
    }

    private struct Refusal: Error, CustomStringConvertible {
        let description: String
    }
}
