import ArgumentParser
import Logging
import Shared

/// How much is logged, and in which form.
struct LogOptions: ParsableArguments {
    @Option(help: "The form of the log lines on standard error.")
    var logFormat: LogFormat = .text

    @Option(help: "The lowest level logged.")
    var logLevel: Logger.Level = .info

    /// Sets the process's logging up and returns its logger.
    func makeLogger() -> Logger {
        let (format, level) = (logFormat, logLevel)
        LoggingSystem.bootstrap { StructuredLogHandler(label: $0, format: format, level: level) }
        return Logger(label: "cms-agent")
    }
}

extension LogFormat: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
