import Crypto
import Foundation
import Libvirt
import Lifecycle
import Wire

/// Makes clones and removes them, one at a time in the whole controller: two at once could choose the same address.
package struct CloneOperator: Sendable {
    /// What a pool must have left before a clone is made: it is empty at first and grows with what its guest writes.
    package static let poolReserve: UInt64 = 256 << 20
    /// Memory of a clone of an image that nothing else is said of, bytes.
    static let imageMemory: UInt64 = 1 << 30
    /// Of how many interfaces of a former clone the leases are known again.
    private static let interfaces = 8
    private let hypervisor: any Hypervisor
    private let gate: SerialGate

    /// An operator; all of one hypervisor share a gate.
    package init(hypervisor: any Hypervisor, gate: SerialGate) {
        self.hypervisor = hypervisor
        self.gate = gate
    }

    /// A clone that is wanted.
    package struct Order: Sendable {
        /// The clone's UUID.
        package var uuid: String
        /// The clone's name.
        package var name: String
        /// The group that it belongs to.
        package var group: String
        /// The range that its address is reserved in.
        package var hosts: CIDR
        /// The group's networks.
        package var networks: [String]
        /// What it is made from.
        package var template: TemplateConfiguration
        /// What the template must be, where another definition of the same name would not do.
        package var identity: String?
    }

    /// Makes the clone, or what is missing of it: one that is whole already is left as it is, one that is not is removed
    /// first. It is shut off then.
    ///
    /// - Parameter onTurn: Called when all that were ordered before are done, and this one is begun.
    package func make(_ order: Order, at date: Date, onTurn: @Sendable () -> Void = {}) async throws {
        try await gate.pass {
            onTurn()
            let domains = try await hypervisor.domains()
            if let present = domains.first(where: { $0.uuid == order.uuid }) {
                if let clone = present.record?.clone, clone.uuid == order.uuid, clone.state == .ready { return }
                try await hypervisor.removeClone(uuid: order.uuid)
            }
            let (template, network) = try await template(order, among: domains)
            try await checkPool(order.template.pool)
            let identity = try await identity(of: order.template)
            guard order.identity == nil || order.identity == identity else {
                throw CloneProblem.templateChanged(order.template.sourceText)
            }
            var request = CloneRequest(
                name: order.name,
                uuid: order.uuid,
                template: template,
                pool: order.template.pool,
                group: order.group
            )
            request.attributes = ["template": identity]
            // The next clone of this name can have the address that the last one may still have on lease.
            request.macSeed = "\(order.group)/\(order.name)"
            if order.template.domain != nil {
                request.memory = order.template.memory.map { UInt64(clamping: $0) }
                request.vcpus = order.template.vCPUs
            }
            request.address = try await address(of: request, in: order.hosts, on: network, at: date)
            _ = try await hypervisor.cloneDomain(request)
        }
    }

    /// What tells a template from any other: its name with a hash of its definition, disks and size; the same for the same.
    package func identity(of template: TemplateConfiguration) async throws -> String {
        var text = "\(template.memory ?? 0)/\(template.vCPUs ?? 0)/"
        switch template.source {
        case .image(let path): text += path
        case .domain(let name):
            guard let domain = try await hypervisor.domains().first(where: { $0.name == name }) else {
                throw CloneProblem.noTemplate(name)
            }
            text += try await hypervisor.domainXML(uuid: domain.uuid, inactive: true)
        }
        let digest = SHA256.hash(data: Data(text.utf8)).prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "\(CloneSource(template))@\(digest.joined())"
    }

    /// Removes a clone with all that it owns; one that does not exist is no error.
    func remove(uuid: String, onTurn: @Sendable () -> Void = {}) async throws {
        try await gate.pass {
            onTurn()
            try await hypervisor.removeClone(uuid: uuid)
        }
    }

    /// The template, and the network that the clone's address is on.
    private func template(
        _ order: Order,
        among domains: [DomainInfo]
    ) async throws -> (CloneRequest.Template, String) {
        switch order.template.source {
        case .domain(let name):
            guard let domain = domains.first(where: { $0.name == name }) else { throw CloneProblem.noTemplate(name) }
            // The address is reserved for the first interface on a network of libvirt's.
            guard let network = domain.interfaces.lazy.compactMap(\.network).first, order.networks.contains(network)
            else { throw CloneProblem.foreignNetwork(template: name, networks: order.networks) }
            return (.domain(uuid: domain.uuid), network)
        case .image(let path):
            guard let network = order.networks.first else {
                throw CloneProblem.foreignNetwork(template: path, networks: [])
            }
            let image = ImageTemplate(
                image: VolumeBacking(path: path, format: try await format(of: path)),
                memory: order.template.memory.map { UInt64(clamping: $0) } ?? Self.imageMemory,
                vcpus: order.template.vCPUs ?? 1,
                network: network
            )
            return (.image(image), network)
        }
    }

    /// The format of an image: what its pool says, where it is in one, else what its name says.
    private func format(of path: String) async throws -> String {
        do {
            if let format = try await hypervisor.volume(path: path).format { return format }
        } catch let error as LibvirtError where error.code == .noStorageVolume {
            // In no pool.
        }
        return path.hasSuffix(".qcow2") ? "qcow2" : "raw"
    }

    private func checkPool(_ name: String) async throws {
        guard let pool = try await hypervisor.storagePools().first(where: { $0.name == name }) else {
            throw CloneProblem.noPool(name)
        }
        guard pool.isActive else { throw CloneProblem.inactivePool(name) }
        // What guests have written since shows only after this.
        try await hypervisor.refreshStoragePool(name)
        let available = try await hypervisor.storagePools().first { $0.name == name }?.available
        if let available, available < Self.poolReserve {
            throw CloneProblem.poolFull(name, available: available, needed: Self.poolReserve)
        }
    }

    /// A free address inside the range; `nil` in an IPv6 network whose guests make addresses of their own.
    private func address(
        of request: CloneRequest,
        in hosts: CIDR,
        on name: String,
        at date: Date
    ) async throws -> String? {
        guard let network = try await hypervisor.networks().first(where: { $0.name == name }) else {
            throw CloneProblem.noAddress(hosts: hosts, network: name)
        }
        if let own = try? GroupDiscovery.networks(in: hosts, of: [network]).first?.ownAddresses {
            guard hosts.covers(own) else {
                throw CloneProblem.ownAddresses(hosts: hosts, network: name, range: own)
            }
            return nil
        }
        let range = NetworkAddress(address: hosts.base.description, prefixLength: hosts.prefix)
        let own = Set(try await hypervisor.macAddresses(for: request, count: Self.interfaces))
        let leases = try await hypervisor.leases(network: name).filter { lease in
            lease.mac.map { !own.contains($0) } ?? true
        }
        guard let address = network.lowestFreeAddress(in: range, leases: leases, at: date) else {
            throw CloneProblem.noAddress(hosts: hosts, network: name)
        }
        return address
    }
}
