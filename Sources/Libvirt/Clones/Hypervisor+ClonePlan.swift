import Foundation

/// All that a clone will consist of, decided before anything is made.
struct ClonePlan: Sendable {
    var definition: String
    var record: CloneRecord
    /// What each of the record's volumes is a layer over.
    var backings: [VolumeBacking]
}

extension Hypervisor {
    /// Looks at the host and decides; changes nothing.
    func plan(_ request: CloneRequest) async throws -> ClonePlan {
        let operation = "clone \(request.name)"
        guard canonicalUUID(request.uuid) == request.uuid else {
            throw LibvirtError(
                code: .invalidArgument,
                message: "'\(request.uuid)' is no canonical lower-case UUID",
                operation: operation
            )
        }
        let domains = try await domains()
        if let holder = domains.first(where: { $0.uuid == request.uuid || $0.name == request.name }) {
            throw LibvirtError(
                code: .domainExists,
                message: "domain '\(holder.name)' already exists with UUID \(holder.uuid)",
                operation: operation
            )
        }
        let (template, source) = try await template(request.template, among: domains)
        var backings: [VolumeBacking] = []
        for disk in template.disks { backings.append(try await backing(of: disk)) }
        let volumes = template.disks.map { disk in
            let name = CloneRecord.volumeName(clone: request.name, uuid: request.uuid, target: disk.target)
            return VolumeReference(pool: request.pool, name: name)
        }
        let macs = try await freeAddresses(template.networks.count, request, domains: domains)
        let clone = CloneRecord(
            uuid: request.uuid,
            template: source,
            state: .making,
            volumes: volumes,
            reservation: try reservation(request, networks: template.networks, macs: macs)
        )
        var record = InstanceRecord(attributes: request.attributes, clone: clone)
        record.group = request.group
        var identity = DomainTemplate.Identity(
            name: request.name,
            uuid: request.uuid,
            macs: macs,
            volumes: volumes,
            record: record
        )
        identity.memory = request.memory
        identity.vcpus = request.vcpus
        let definition = try template.definition(of: identity)
        return ClonePlan(definition: definition, record: clone, backings: backings)
    }

    private func template(
        _ template: CloneRequest.Template,
        among domains: [DomainInfo]
    ) async throws -> (DomainTemplate, String) {
        switch template {
        case .image(let image):
            return (try image.template(for: try await bestDomainType()), image.image.path)
        case .domain(let uuid):
            if let domain = domains.first(where: { $0.uuid == uuid }) {
                // Its disks would change below the layers; those of a saved one are as good as pulled from under it.
                guard !domain.state.isActive, !domain.hasManagedSave else {
                    throw LibvirtError.invalid(
                        "it is \(domain.hasManagedSave ? "saved" : "\(domain.state)"); shut it down first",
                        operation: "clone the template \(domain.name)"
                    )
                }
            }
            let template = try DomainTemplate(xml: try await domainXML(uuid: uuid, inactive: true))
            return (template, template.name)
        }
    }

    private func backing(of disk: DomainTemplate.Disk) async throws -> VolumeBacking {
        switch disk.source {
        case .path(let path): VolumeBacking(path: path, format: disk.format)
        case .volume(let reference): VolumeBacking(path: try await volume(reference).path, format: disk.format)
        }
    }

    /// MACs that no domain and no static lease has.
    private func freeAddresses(
        _ count: Int,
        _ request: CloneRequest,
        domains: [DomainInfo]
    ) async throws -> [String] {
        let used = domains.flatMap(\.interfaces).compactMap(\.mac)
        let reserved = try await networks().flatMap(\.reservations).compactMap(\.mac)
        return MACAddress.addresses(
            seed: request.macSeed ?? request.uuid,
            count: count,
            avoiding: Set(used + reserved)
        )
    }

    /// The MACs that the first interfaces of a clone would get if it were made now.
    package func macAddresses(for request: CloneRequest, count: Int) async throws -> [String] {
        try await freeAddresses(count, request, domains: domains())
    }

    private func reservation(
        _ request: CloneRequest,
        networks: [String?],
        macs: [String]
    ) throws(LibvirtError) -> CloneRecord.Reservation? {
        guard let address = request.address else { return nil }
        for (network, mac) in zip(networks, macs) {
            guard let network else { continue }
            let lease = DHCPReservation(mac: mac, name: request.name, address: address)
            return CloneRecord.Reservation(network: network, lease: lease)
        }
        throw LibvirtError(
            code: .configUnsupported,
            message: "the template has no interface on a libvirt network, so \(address) cannot be reserved",
            operation: "clone \(request.name)"
        )
    }
}
