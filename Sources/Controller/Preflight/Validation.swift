import ConfigurationReading
import ConfigurationValues
import ControllerHTTP
import Foundation
import Libvirt
import Lifecycle
import NIOCore
import NIOPosix
import NIOSSL
import Shared
import Wire

/// Checks whether a controller could run, and changes nothing.
package struct Validation: Sendable {
    /// One thing that was checked.
    package typealias Finding = ValidationFinding

    private let configuration: ControllerConfiguration
    private let hypervisors: [any Hypervisor]
    private let isOffline: Bool

    /// A check of that configuration.
    ///
    /// - Parameters:
    ///   - configuration: The settings.
    ///   - hypervisors: Where the domains are, in the order of the configured hosts.
    ///   - isOffline: Whether no query of the rules is asked; else each is, once.
    package init(
        configuration: ControllerConfiguration,
        hypervisors: [any Hypervisor],
        isOffline: Bool = false
    ) {
        self.configuration = configuration
        self.hypervisors = hypervisors
        self.isOffline = isOffline
    }

    /// All findings, in order; what depends on a failed one is left out.
    package func findings() async -> [Finding] {
        var findings = [await port("port", configuration.listen, option: "--listen")]
        findings += await web() + [state()]
        findings += await StoreFindings.findings(configuration)
        if !isOffline { findings += await QueryFindings.findings(configuration.groups) }
        let areMany = hypervisors.count > 1
        if !areMany {
            let (answers, text) = await connect(configuration.hypervisors[0], hypervisors[0])
            findings.append(Finding(isFine: answers, text: "libvirt: \(text)"))
            guard answers else { return findings }
        }
        findings += configuration.groups.flatMap { hooks(of: $0) + probe(of: $0) }
        for (host, hypervisor) in zip(configuration.hypervisors, hypervisors) {
            let prefix = areMany ? "host \(host.name): " : ""
            if areMany {
                let (answers, text) = await connect(host, hypervisor)
                findings.append(Finding(isFine: answers, text: "\(prefix)libvirt: \(text)"))
                guard answers else { continue }
                findings += HostFindings.reach(of: host, configuration)
            }
            do {
                let found = GroupFindings.findings(
                    groups: configuration.groups,
                    networks: try await hypervisor.networks(),
                    domains: try await hypervisor.domains(),
                    pools: try await hypervisor.storagePools()
                )
                findings += found.map { finding in
                    // Another host may have what this one lacks.
                    Finding(
                        isFine: finding.isFine || areMany,
                        isWarning: finding.isWarning || areMany && !finding.isFine,
                        text: prefix + finding.text
                    )
                }
            } catch {
                findings.append(Finding(isFine: false, text: "\(prefix)libvirt: \(ErrorText.of(error))"))
            }
        }
        if areMany { findings += await HostFindings.shared(configuration.hypervisors, hypervisors) }
        return findings
    }

    /// Whether a host answers, and what it says.
    private func connect(_ host: HypervisorConfiguration, _ hypervisor: any Hypervisor) async -> (Bool, String) {
        do {
            try await hypervisor.connect()
            return (true, "\(host.uri) answers (\(try await hypervisor.ping()))")
        } catch {
            return (false, ErrorText.of(error))
        }
    }

    private func port(_ name: String, _ address: HostPort, option: String) async -> Finding {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address.usable.host, port: address.port).get()
            try await channel.close()
            return Finding(isFine: true, text: "\(name): \(address) is free")
        } catch {
            return Finding(
                isFine: false,
                text: "\(name): \(ErrorText.of(PortTaken.wrap(error, address, option: option)))"
            )
        }
    }

    private func web() async -> [Finding] {
        guard let address = configuration.webListen else { return [] }
        var findings = [await port("web port", address, option: "--web-listen")]
        guard let path = configuration.webTokenFile else {
            let problem = ControllerConfiguration.webTokenMissing(address, source: "")
            findings.append(
                address.isLoopback
                    ? Finding(isFine: true, text: "web token: none; the web interface only shows")
                    : Finding(isFine: false, text: "web token: \(problem)")
            )
            return findings
        }
        do {
            _ = try WebToken(file: path)
            findings.append(Finding(isFine: true, text: "web token: \(path) can be used"))
        } catch {
            findings.append(Finding(isFine: false, text: ErrorText.of(error)))
        }
        return findings
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

    /// Whether the authorities of a probe can be read.
    private func probe(of group: GroupConfiguration) -> [Finding] {
        guard case .http(let request) = group.service.probe, let path = request.authorities else { return [] }
        do {
            let count = try NIOSSLCertificate.fromPEMFile(path).count
            let text = "group \(group.name): service.probe.tls-ca: \(path) has \(count) certificates"
            return [Finding(isFine: count > 0, text: text)]
        } catch {
            let text = "group \(group.name): service.probe.tls-ca: \(path) has no certificates in PEM that can be read"
            return [Finding(isFine: false, text: text)]
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
