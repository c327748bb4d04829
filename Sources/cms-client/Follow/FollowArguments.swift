import ArgumentParser
import Client
import Follow
import Logging
import ServiceLifecycle
import Shared
import Wire

#if canImport(Glibc)
import Glibc
#endif

/// The options that every follower has.
struct FollowArguments: ParsableArguments {
    @OptionGroup var controller: ControllerArguments

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the last endpoints and controllers are kept. Default: $STATE_DIRECTORY, else nowhere.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var stateDir: String?

    @Option(help: "The form of the log lines on standard error.")
    var logFormat: LogFormat = .text

    @Option(help: "The lowest level logged.")
    var logLevel: Logger.Level = .info

    /// What a follower needs to begin.
    struct Ready {
        let session: FollowSession
        let identity: RotatingIdentity
        let logger: Logger
    }

    /// Reads the identity and the stored endpoints.
    func ready() throws -> Ready {
        let controllers = try controller.controllers()
        // Whoever reads the log or a program's input may go away.
        signal(SIGPIPE, SIG_IGN)
        let (format, level) = (logFormat, logLevel)
        LoggingSystem.bootstrap { StructuredLogHandler(label: $0, format: format, level: level) }
        let logger = Logger(label: "cms-client")
        let directory = controller.identityDirectory
        let rotating = try RotatingIdentity(ClientIdentity.load(from: directory))
        let session = try FollowSession(
            FollowSession.Source(
                controllers: controllers,
                group: controller.group,
                identity: rotating,
                identityStore: IdentityStore(directory: directory),
                // systemd names several, separated by colons.
                stateDirectory: stateDir
                    ?? Environment.value("STATE_DIRECTORY")?.split(separator: ":").first.map(String.init)
            ),
            logger: logger
        )
        return Ready(session: session, identity: rotating, logger: logger)
    }

    /// Runs a follower to its end; failures become messages and exit codes.
    func follow(_ body: (Ready) async throws -> Void) async throws {
        do {
            try await body(try ready())
        } catch let error as ValidationError {
            throw error
        } catch let error as ClientIdentityError {
            Failure.print("\(error)")
            throw ExitCode(ExitStatus.usage)
        } catch let error as FollowUsageError {
            Failure.print("\(error)")
            throw ExitCode(ExitStatus.usage)
        } catch let problem as Problem where problem.statusCode == 404 {
            Failure.print("the controller has no such watch: \(problem.detail)")
            throw ExitCode(ExitStatus.failure)
        } catch let problem as Problem {
            Failure.print("the controller refuses this identity: \(problem.detail)")
            throw ExitCode(ExitStatus.failure)
        } catch {
            Failure.print(ErrorText.of(error))
            throw ExitCode(ExitStatus.failure)
        }
    }
}

extension LogFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
