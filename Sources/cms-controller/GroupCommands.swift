import ArgumentParser
import Foundation
import Lifecycle
import Operator
import Wire

/// `cms-controller pause GROUP`.
struct PauseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pause",
        abstract: "Have nothing of a group started, stopped or replaced until it is resumed.",
        discussion: """
            Decisions are still made and shown, and clients are still told of what comes and goes. What was ordered \
            before goes on; 'drain' works as before. A restart of the controller and a reload change nothing about it.
            """
    )

    @Argument(help: "The group.", completion: .groups)
    var group: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        let steering = try await options.ask { [group] in try await $0.pause(group: group) }
        print(
            "\(group) is paused by \(steering.pausedBy ?? "you"); "
                + "'\(ShellText.command("cms-controller resume", operand: group))' ends it"
        )
    }
}

/// `cms-controller resume GROUP`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Let a group that was paused be scaled again."
    )

    @Argument(help: "The group.", completion: .groups)
    var group: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        _ = try await options.ask { [group] in try await $0.resume(group: group) }
        print("\(group) is scaled again")
    }
}

/// `cms-controller scale GROUP N`.
struct ScaleCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Hold a group at a size, whatever the rules recommend; or let the rules decide again.",
        discussion: """
            The size lies within the bounds in force, which a schedule may have set; another one is refused with what \
            sets them and until when. Bounds that change later win over it. With --for it is held for that time and then \
            given back by itself; without, until 'scale GROUP --auto'. A restart of the controller and a reload change \
            nothing about it. --wait tells what keeps the group from the size, and fails when it is no longer held.

              cms-controller scale web 3 --for 1h --wait
              cms-controller scale web --auto
            """
    )

    @Argument(help: "The group.", completion: .groups)
    var group: String

    @Argument(help: "The number of instances.")
    var size: Int?

    @Flag(help: "Let the rules decide again.")
    var auto = false

    @Option(name: .customLong("for"), help: ArgumentHelp("How long it is held, such as 30m or 1h.", valueName: "time"))
    var time: String?

    @Flag(help: "Wait until so many are in service.")
    var wait = false

    @Option(help: ArgumentHelp("The longest that --wait waits.", valueName: "time"))
    var timeout = "10m"

    @OptionGroup var options: OperatorOptions

    private var holdTime: Duration? { time.flatMap { DurationText.parse($0) } }

    func validate() throws {
        if auto == (size != nil) { throw ValidationError("give either a number of instances or --auto") }
        if auto, time != nil || wait { throw ValidationError("--for and --wait belong to a number of instances") }
        if let size, size < 1 { throw ValidationError("the number of instances is at least 1") }
        if let time {
            guard let parsed = DurationText.parse(time), (.seconds(1)...(.seconds(2_678_400))).contains(parsed) else {
                throw ValidationError("--for '\(time)' is not a time of 1s to 31d; write it as 30m or 1h")
            }
        }
        guard DurationText.parse(timeout) != nil else {
            throw ValidationError("--timeout '\(timeout)' is not a time; write it as 10m")
        }
    }

    mutating func run() async throws {
        guard let size else {
            _ = try await options.ask { [group] in try await $0.release(group: group) }
            print("the rules decide on the size of \(group) again")
            return
        }
        let steering = try await options.ask { [group, holdTime] in
            try await $0.hold(group: group, size: size, for: holdTime)
        }
        let release = ShellText.command("cms-controller scale", operand: group, options: "--auto")
        let end = steering.until.map { "until \($0.rfc3339)" } ?? "until '\(release)'"
        print("\(group) is held at \(size) \(end)")
        if let name = steering.pausedBy {
            print("it takes effect when \(group), which \(name) paused, is resumed: 'cms-controller resume \(group)'")
        }
        if wait { try await follow(size) }
    }

    private func follow(_ size: Int) async throws {
        let client = try options.client()
        let limit = DurationText.parse(timeout) ?? .seconds(600)
        let output = TextOutput()
        try await options.untilInterrupted { [group, timeout] in
            let end = ContinuousClock.now + limit
            var last = ""
            while true {
                guard let status = try await client.groups().first(where: { $0.group == group }) else {
                    throw OperatorClient.Failure(description: "the controller has no group '\(group)' any more")
                }
                let progress = ScaleProgress(status, size: size)
                if progress.text != last { try output.line(progress.text) }
                last = progress.text
                if progress.isReached { return }
                if let failure = progress.failure { throw OperatorClient.Failure(description: failure) }
                guard ContinuousClock.now < end else {
                    throw OperatorClient.Failure(description: "not reached within \(timeout): \(last)")
                }
                try await Task.sleep(for: .seconds(1))
            }
        }
    }
}
