import Foundation
import Libvirt
import NIOCore
import NIOPosix
import Shared

/// Checks whether a controller could run, and changes nothing.
public struct Validation: Sendable {
    /// One thing that was checked.
    public struct Finding: Sendable, Equatable {
        /// Whether it is as it should be.
        public var isFine: Bool
        /// What was found, with the remedy where something is wrong.
        public var text: String
    }

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
        do {
            let networks = try GroupDiscovery.networks(in: configuration.hosts, of: try await hypervisor.networks())
            let domains = try await hypervisor.domains().filter { domain in
                networks.contains { domain.isAttached(toNetwork: $0.name) }
            }
            findings.append(
                Finding(isFine: true, text: "range: networks " + networks.map(\.name).joined(separator: ", "))
            )
            findings.append(
                Finding(
                    isFine: !domains.isEmpty,
                    text: domains.isEmpty
                        ? "domains: none is attached to these networks; define one, or attach one"
                        : "domains: " + domains.map { "\($0.name) (\($0.state))" }.joined(separator: ", ")
                )
            )
        } catch {
            findings.append(Finding(isFine: false, text: "range: \(error)"))
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
