import Foundation
import Libvirt
import NIOCore
import NIOPosix
import Shared

/// Checks whether a controller could run, and changes nothing.
public struct Validation: Sendable {
    /// One thing that was checked.
    public typealias Finding = ValidationFinding

    private let configuration: ControllerConfiguration
    private let hypervisor: any Hypervisor

    /// A check of that configuration.
    public init(configuration: ControllerConfiguration, hypervisor: any Hypervisor) {
        self.configuration = configuration
        self.hypervisor = hypervisor
    }

    /// All findings, in order; what depends on a failed one is left out.
    public func findings() async -> [Finding] {
        var findings = [await port(), state()]
        do {
            try await hypervisor.connect()
            let version = try await hypervisor.ping()
            findings.append(Finding(isFine: true, text: "libvirt: \(configuration.uri) answers (\(version))"))
        } catch {
            return findings + [Finding(isFine: false, text: "libvirt: \(error)")]
        }
        findings += configuration.groups.flatMap { hooks(of: $0) }
        do {
            findings += GroupFindings.findings(
                groups: configuration.groups,
                networks: try await hypervisor.networks(),
                domains: try await hypervisor.domains(),
                pools: try await hypervisor.storagePools()
            )
        } catch {
            findings.append(Finding(isFine: false, text: "libvirt: \(error)"))
        }
        return findings
    }

    private func port() async -> Finding {
        let address = configuration.listen
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address.host, port: address.port).get()
            try await channel.close()
            return Finding(isFine: true, text: "port: \(address) is free")
        } catch {
            return Finding(isFine: false, text: "port: \(PortTaken.wrap(error, address))")
        }
    }

    private func hooks(of group: GroupConfiguration) -> [Finding] {
        [("before-in-service", group.hooks.beforeInService), ("after-draining", group.hooks.afterDraining)]
            .compactMap { name, hook in
                guard case .command(let command) = hook?.action, let program = command.first else { return nil }
                let isFound =
                    !program.hasPrefix("/") || (access(program, X_OK) == 0 && !program.hasSuffix("/"))
                return Finding(
                    isFine: isFound,
                    text: "group \(group.name): hook \(name): "
                        + (isFound
                            ? "runs \(program)"
                            : "\(program) cannot be run; check hooks.\(name).command and the file's rights")
                )
            }
    }

    private func state() -> Finding {
        let path = configuration.stateDirectory
        guard FileManager.default.fileExists(atPath: path) else {
            return Finding(isFine: true, text: "state: \(path) will be made")
        }
        return access(path, R_OK | W_OK | X_OK) == 0
            ? Finding(isFine: true, text: "state: \(path) can be written")
            : Finding(isFine: false, text: "state: \(path): \(String(cString: strerror(errno)))")
    }
}
