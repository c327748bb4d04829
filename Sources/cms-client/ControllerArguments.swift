import ArgumentParser
import Client
import Wire

/// The options that name a controller, a group of it, and who asks.
struct ControllerArguments: ParsableArguments {
    @Option(help: "The controller, HOST or HOST:PORT; the port is 7000 unless given. Default: $CMS_CONTROLLER.")
    var controller: HostPort?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The controller's group. Default: its first one.", valueName: "name")
    )
    var group: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Directory with ca.pem, cert.pem and key.pem. Default: $CMS_IDENTITY, else ~/.config/cms.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var identity: String?

    /// Refuses what is no group's name.
    func validate() throws {
        if let group, group.isEmpty || group.utf8.count > 64 {
            throw ValidationError("--group is the name of one of the controller's groups, 1 to 64 bytes.")
        }
    }

    /// The controller named by the option, else by `$CMS_CONTROLLER`.
    func address() throws -> HostPort {
        let address: HostPort
        if let controller {
            address = controller
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

    /// The directory of the identity.
    var identityDirectory: String { identity ?? ClientIdentity.defaultDirectory() }

    /// The first of these options that is given; `nil` when none is.
    var given: String? {
        if controller != nil { return "--controller" }
        if group != nil { return "--group" }
        return identity == nil ? nil : "--identity"
    }
}
