import ArgumentParser
import GuestAgent
import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The options that say who this machine is and whom it belongs to.
struct IdentityOptions: ParsableArguments {
    @Option(
        name: [.customLong("controller"), .customLong("controllers")],
        help: ArgumentHelp(
            "The controller, or several with commas between them; the first one is asked first.",
            valueName: "host:port,…"
        )
    )
    var controller: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The fingerprint of the controller's certificate authority, as 'cms-controller token create' prints it.",
            valueName: "sha256:…"
        )
    )
    var caHash: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The machine's UUID, if it is not the DMI product UUID (which only root can read).",
            valueName: "uuid"
        )
    )
    var uuid: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Where the identity is kept. (default: $STATE_DIRECTORY, else /var/lib/cms-agent)",
            valueName: "directory"
        )
    )
    var stateDir: String?

    /// Where the identity is kept.
    var state: AgentStateDirectory {
        AgentStateDirectory(flag: stateDir, environment: ProcessInfo.processInfo.environment)
    }

    /// Options, environment and systemd's credentials in that order, read anew at each call.
    func credentials(token: String? = nil) -> Credentials {
        let environment = ProcessInfo.processInfo.environment
        return Credentials(
            token: token,
            controller: controller.joined(separator: ","),
            authorityHash: caHash,
            uuid: uuid
        )
        .completed(by: Credentials(environment: environment))
        .completed(by: Credentials(directory: environment["CREDENTIALS_DIRECTORY"]))
    }

    /// The controllers' addresses; the one that this machine enrolled with counts where none is given, and those that a
    /// controller told of come last.
    func resolvedControllers(_ credentials: Credentials) throws -> ControllerList {
        let given = ControllerList.parts(of: [credentials.controller ?? state.controller].compactMap { $0 })
        guard given.count <= WireLimits.controllers else {
            throw ValidationError("\(given.count) controllers are given; at most \(WireLimits.controllers)")
        }
        let addresses = try given.map(Self.address)
        let remembered = state.controllers
        guard let list = ControllerList(addresses.isEmpty ? remembered : addresses, remembered: remembered) else {
            throw ValidationError(
                "no controller is known; give --controller HOST:PORT, $CMS_CONTROLLER or the credential cms.controller"
            )
        }
        return list
    }

    private static func address(_ text: String) throws -> HostPort {
        guard let address = HostPort(text, defaultPort: 7000), address.port > 0 else {
            throw ValidationError(
                "the controller '\(text)' is not HOST:PORT, for example 192.168.122.1:7000 or [fd00:1::1]:7000"
            )
        }
        if let problem = address.requestProblem { throw ValidationError(problem) }
        return address
    }

    /// The machine's UUID in lower case.
    func resolvedUUID(_ credentials: Credentials) throws -> String {
        guard let text = credentials.uuid ?? SystemInformation.productUUID else {
            throw ValidationError(
                "this machine's UUID is not known: /sys/class/dmi/id/product_uuid cannot be read; "
                    + "run as root, or give --uuid, $CMS_UUID or the credential cms.uuid"
            )
        }
        guard let uuid = UUID(uuidString: text) else {
            throw ValidationError("the machine's UUID '\(text)' is not a UUID")
        }
        return uuid.uuidString.lowercased()
    }

    /// Refuses a hash that cannot be one, whatever place it came from.
    func checkHash(_ credentials: Credentials) throws {
        guard let hash = credentials.authorityHash, !Fingerprint.isWellFormed(hash) else { return }
        throw ValidationError("the CA hash '\(hash)' is not 'sha256:' and 64 hexadecimal digits")
    }
}
