import ArgumentParser
import Client
import Wire

/// The options that name a controller, a group of it, and who asks.
struct ControllerArguments: ParsableArguments {
    @Option(
        name: [.customLong("controller"), .customLong("controllers")],
        help: ArgumentHelp(
            "The controller, HOST or HOST:PORT, or several with commas between them; the port is 7000 unless given. "
                + "Default: $CMS_CONTROLLER.",
            valueName: "controller"
        )
    )
    var controller: [ControllerAddresses] = []

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

    /// The controllers named by the option, else by `$CMS_CONTROLLER`.
    func controllers() throws -> ControllerList {
        var addresses = controller.flatMap(\.addresses)
        if addresses.isEmpty {
            guard let named = Environment.value("CMS_CONTROLLER") else {
                throw ValidationError("Name the controller with --controller HOST:7000 or in $CMS_CONTROLLER.")
            }
            guard let parsed = ControllerAddresses(argument: named) else {
                throw ValidationError("$CMS_CONTROLLER is '\(named)'; write HOST or HOST:PORT.")
            }
            addresses = parsed.addresses
        }
        if let problem = addresses.lazy.compactMap(\.requestProblem).first {
            throw ValidationError("--controller: \(problem).")
        }
        guard addresses.count <= WireLimits.controllers, let list = ControllerList(addresses) else {
            throw ValidationError("--controller: \(addresses.count) are given; at most \(WireLimits.controllers).")
        }
        return list
    }

    /// The directory of the identity.
    var identityDirectory: String { identity ?? ClientIdentity.defaultDirectory() }

    /// The first of these options that is given; `nil` when none is.
    var given: String? {
        if !controller.isEmpty { return "--controller" }
        if group != nil { return "--group" }
        return identity == nil ? nil : "--identity"
    }
}
