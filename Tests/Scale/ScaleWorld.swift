import Autoscaling
import ConfigurationValues
import Foundation
import Libvirt
import Lifecycle
import Orchestration
import Wire

/// The hosts with their domains, and the controller's configuration: the same in each process.
struct ScaleWorld: Sendable {
    /// A domain with the agent in it.
    struct Guest: Sendable {
        var uuid: String
        var name: String
        var address: IPAddress
    }

    let hypervisors: [any Hypervisor]
    let configuration: ControllerConfiguration
    /// By group.
    let guests: [String: [Guest]]

    init(_ settings: ScaleSettings) throws {
        var guests: [String: [Guest]] = [:]
        let room = HostInfo(cpuCount: 256, memoryTotal: 1 << 40, memoryFree: 1 << 40, memoryAvailable: 1 << 40)
        hypervisors = (0..<settings.hosts).map { host in
            let hypervisor = InMemoryHypervisor(host: room)
            for place in 0..<settings.domains {
                let number = host * settings.domains + place
                let group = Self.group(place % settings.groups)
                let uuid = String(format: "%08x-0000-4000-8000-%012x", number, number)
                let name = String(format: "%@-h%03d-%d", group, host, place / settings.groups)
                hypervisor.addDomain(name, uuid: uuid, state: .running)
                hypervisor.setLoad(40, of: uuid)
                let address = IPAddress("10.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)")
                if let address { guests[group, default: []].append(Guest(uuid: uuid, name: name, address: address)) }
            }
            return hypervisor
        }
        self.guests = guests
        let range = try CIDR(parsing: "192.168.122.0/24")
        let groups = (0..<settings.groups).map { number in
            GroupConfiguration(
                name: Self.group(number),
                hosts: range,
                domains: NamePattern("\(Self.group(number))-*"),
                policy: GroupPolicy(min: settings.groupSize, max: settings.groupSize),
                limits: LifecycleLimits(startDeadline: .seconds(3600))
            )
        }
        var configuration = ControllerConfiguration(
            group: groups[0],
            others: Array(groups.dropFirst()),
            uri: .inMemory,
            listen: HostPort(host: "127.0.0.1", port: 0),
            stateDirectory: settings.stateDirectory,
            historySize: 512 << 20
        )
        configuration.namedHosts = (0..<settings.hosts).map {
            HypervisorConfiguration(name: String(format: "h%03d", $0), uri: .inMemory)
        }
        configuration.name = settings.name
        configuration.store = .etcd(EtcdConfiguration(endpoints: settings.etcd, lease: .seconds(settings.lease)))
        self.configuration = configuration
    }

    /// The name of a group.
    static func group(_ number: Int) -> String { String(format: "g%02d", number) }
}

/// Every instance serves.
struct AnsweringProber: EndpointProber {
    func probe(_ target: ProbeTarget) async throws {}
    func checkHealth(_ target: ProbeTarget) async throws {}
}
