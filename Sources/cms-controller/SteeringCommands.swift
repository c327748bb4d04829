import ArgumentParser
import Controller

/// `cms-controller drain INSTANCE`.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Take an instance out of service once its requests are answered; it goes to standby or is shut down."
    )

    @Argument(help: "The domain's name or UUID.")
    var instance: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [instance] in try await $0.drain(instance) }
        print("\(instance) is drained; follow it with 'cms-controller status'")
    }
}

/// `cms-controller protect INSTANCE`.
struct ProtectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "protect",
        abstract: "Have scale in leave an instance alone."
    )

    @Argument(help: "The domain's name or UUID.")
    var instance: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [instance] in try await $0.protect(instance, true) }
    }
}

/// `cms-controller unprotect INSTANCE`.
struct UnprotectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unprotect",
        abstract: "Let scale in take an instance again."
    )

    @Argument(help: "The domain's name or UUID.")
    var instance: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [instance] in try await $0.protect(instance, false) }
    }
}

/// `cms-controller retry`.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try again what failed: close a group's breaker and end quarantines."
    )

    @Argument(help: "The domain's name or UUID; without it every quarantined instance of the group.")
    var instance: String?

    @Option(help: "The group.")
    var group: String = GroupConfiguration.defaultName

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [group, instance] in try await $0.retry(group: group, instance: instance) }
    }
}
