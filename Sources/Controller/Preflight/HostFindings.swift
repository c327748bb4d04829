import ConfigurationValues
import Libvirt
import Wire

/// What there is to say of several hosts together.
enum HostFindings {
    /// Whether the guests of a host on another machine are told where the controller is.
    static func reach(
        of host: HypervisorConfiguration,
        _ configuration: ControllerConfiguration
    ) -> [ValidationFinding] {
        let isEverywhere = IPAddress(configuration.listen.host)?.isUnspecified ?? false
        guard !host.uri.isLocal, host.controller == nil, isEverywhere, configuration.store == .embedded else {
            return []
        }
        return [
            ValidationFinding(
                isFine: true,
                isWarning: true,
                text:
                    "host \(host.name): its guests are told that the controller is at the host's own address on their "
                    + "network; give hypervisors.controller, or listen on one address"
            )
        ]
    }

    /// Domains that two hosts have, by UUID or by name, and disks that two of them use.
    static func shared(
        _ hosts: [HypervisorConfiguration],
        _ hypervisors: [any Hypervisor]
    ) async -> [ValidationFinding] {
        var names: [String: [String]] = [:]
        var uuids: [String: [String]] = [:]
        var disks: [String: Set<String>] = [:]
        for (host, hypervisor) in zip(hosts, hypervisors) {
            for domain in (try? await hypervisor.domains()) ?? [] {
                names[domain.name, default: []].append(host.name)
                uuids[domain.uuid, default: []].append(host.name)
                guard let text = try? await hypervisor.domainXML(uuid: domain.uuid, inactive: true) else { continue }
                for disk in DomainDisks.onNetwork(text) { disks[disk, default: []].insert(host.name) }
            }
        }
        var findings: [ValidationFinding] = []
        for (uuid, places) in uuids.sorted(by: { $0.key < $1.key }) where places.count > 1 {
            findings.append(
                warning("a domain with the UUID \(uuid) is on \(places.joined(separator: " and ")): neither is touched")
            )
        }
        for (name, places) in names.sorted(by: { $0.key < $1.key }) where places.count > 1 {
            findings.append(
                warning(
                    "a domain called \(name) is on \(places.joined(separator: " and ")): where it is a group's, neither is "
                        + "touched; rename one ('virsh domrename')"
                )
            )
        }
        for (disk, places) in disks.sorted(by: { $0.key < $1.key }) where places.count > 1 {
            findings.append(
                warning(
                    "the disk \(disk) can be reached from \(places.sorted().joined(separator: " and ")): set lock_manager = "
                        + "\"lockd\" in /etc/libvirt/qemu.conf of each, so that it is never written from two"
                )
            )
        }
        return findings
    }

    private static func warning(_ text: String) -> ValidationFinding {
        ValidationFinding(isFine: true, isWarning: true, text: text)
    }
}
