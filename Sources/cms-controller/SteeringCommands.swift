import ArgumentParser
import Lifecycle
import Operator

/// `cms-controller drain INSTANCE`.
struct DrainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "drain",
        abstract: "Take an instance out of service once its requests are answered; it goes to standby or is shut down."
    )

    @Argument(help: "The domain's name or UUID.", completion: .instances)
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

    @Argument(help: "The domain's name or UUID.", completion: .instances)
    var instance: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [instance] in try await $0.protect(instance, true) }
        print("scale in leaves \(instance) alone")
    }
}

/// `cms-controller unprotect INSTANCE`.
struct UnprotectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unprotect",
        abstract: "Let scale in take an instance again."
    )

    @Argument(help: "The domain's name or UUID.", completion: .instances)
    var instance: String

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [instance] in try await $0.protect(instance, false) }
        print("scale in may take \(instance) again")
    }
}

/// `cms-controller retry`.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try again what failed: close a group's breaker and end quarantines."
    )

    @Argument(
        help: "The domain's name or UUID; without it every quarantined instance of the group.",
        completion: .instances
    )
    var instance: String?

    @Option(parsing: .unconditional, help: "The group.", completion: .groups)
    var group: String = GroupConfiguration.defaultName

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [group, instance] in try await $0.retry(group: group, instance: instance) }
        print("\(instance ?? group) is tried again; follow it with 'cms-controller status'")
    }
}

/// `cms-controller rollout`.
struct RolloutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rollout",
        abstract: "Replace a group's clones by clones of its present template, one by one.",
        discussion: """
            One more instance is made first; when it has been in service and well for the hold time, the oldest of the \
            old is drained and removed. When a new one fails, the new ones are replaced by clones of the template \
            before, which further clones are made from until the next rollout. Scale in rests meanwhile.
            """
    )

    @Argument(help: "The group.", completion: .groups)
    var group: String = GroupConfiguration.defaultName

    @Flag(help: "End the rollout that is under way and go back to the template before.")
    var abort = false

    @Option(help: "Seconds that a new instance must be in service and well before an old one leaves.")
    var hold: Double = Rollout.usualHold

    @OptionGroup var options: OperatorOptions

    mutating func run() async throws {
        try await options.ask { [group, abort, hold] in
            if abort {
                try await $0.abortRollout(group: group)
            } else {
                try await $0.rollout(group: group, hold: hold)
            }
        }
        print("the rollout of \(group) \(abort ? "is ended" : "has begun"); follow it with 'cms-controller status'")
    }
}
