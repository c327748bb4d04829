import ArgumentParser
import Client
import Shared
import Wire

#if canImport(Glibc)
import Glibc
#endif

/// A duration on the command line.
struct Interval: ExpressibleByArgument, Sendable {
    let duration: Duration

    init(_ duration: Duration) {
        self.duration = duration
    }

    init?(argument: String) {
        guard let duration = DurationText.parse(argument, as: .option) else { return nil }
        self.duration = duration
    }

    var defaultValueDescription: String {
        duration.components.seconds >= 1 ? "\(duration.components.seconds)s" : "\(Int(duration.seconds * 1000))ms"
    }
}

extension LoadMode: ExpressibleByArgument {}

extension BalancePolicy: ExpressibleByArgument {}

extension FibonacciRange: ExpressibleByArgument {
    /// Reads `30...33`, `30-33` or `30`.
    package init?(argument: String) {
        self.init(parsing: argument)
    }
}

extension HostPort: ExpressibleByArgument {
    /// Reads a controller's address; the port is 7000 unless given.
    public init?(argument: String) {
        guard let address = HostPort(argument, defaultPort: 7000), address.port > 0 else { return nil }
        self = address
    }
}

/// Whom to ask, as the command line and the environment say.
enum ControllerAddress {
    /// The controller named by the option, else by `$CMS_CONTROLLER`.
    static func resolved(_ option: HostPort?) throws -> HostPort {
        let address: HostPort
        if let option {
            address = option
        } else {
            guard let named = Environment.value("CMS_CONTROLLER") else {
                throw ValidationError("Name the controller with --controller HOST:7000 or in $CMS_CONTROLLER.")
            }
            guard let parsed = HostPort(named, defaultPort: 7000) else {
                throw ValidationError("$CMS_CONTROLLER is '\(named)'; write HOST or HOST:PORT.")
            }
            address = parsed
        }
        if let problem = address.requestProblem { throw ValidationError("--controller: \(problem).") }
        return address
    }

    /// Refuses what is no group's name.
    static func check(group: String?) throws {
        if let group, group.isEmpty || group.utf8.count > 64 {
            throw ValidationError("--group is the name of one of the controller's groups, 1 to 64 bytes.")
        }
    }
}

/// The environment of the process.
enum Environment {
    /// A variable that is set and not empty.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty else { return nil }
        return text
    }
}

/// Messages about what went wrong.
enum Failure {
    /// Prints one line to standard error.
    static func print(_ message: String) {
        LineFile(descriptor: 2, name: "standard error").write("cms-client: error: \(message)")
    }
}
