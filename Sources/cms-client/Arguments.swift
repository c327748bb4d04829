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

extension StatusRange: ExpressibleByArgument {
    /// Reads `200-399` or `204`.
    package init?(argument: String) {
        self.init(parsing: argument)
    }
}

/// Controllers' addresses with commas between them; the port of each is 7000 unless given.
struct ControllerAddresses: ExpressibleByArgument, Sendable {
    let addresses: [HostPort]

    init?(argument: String) {
        var addresses: [HostPort] = []
        for part in ControllerList.parts(of: [argument]) {
            guard let address = HostPort(part, defaultPort: 7000), address.port > 0 else { return nil }
            addresses.append(address)
        }
        guard !addresses.isEmpty else { return nil }
        self.addresses = addresses
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
