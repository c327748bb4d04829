/// A domain's definition from which others are made.
///
/// Pure: it reads XML and writes XML. Each writable disk of the template is to be replaced by a layer over it; disks
/// that are read-only or meant to be shared, and CD-ROMs, stay as they are.
package struct DomainTemplate: Sendable {
    /// The definition, as libvirt gives it of an inactive domain.
    package let xml: String
    /// The template's name.
    package let name: String
    /// The disks that each clone needs a layer over, in document order.
    package let disks: [Disk]
    /// The networks of its interfaces in document order; nil for one that is on none of libvirt's.
    package let networks: [String?]

    /// One writable disk.
    package struct Disk: Hashable, Sendable {
        /// Its name in the domain, such as `vda`.
        package var target: String
        /// Where the template's data are.
        package var source: Source
        /// `raw`, `qcow2` and so on.
        package var format: String

        /// Where a disk's data are.
        package enum Source: Hashable, Sendable {
            /// A file or block device on the host.
            case path(String)
            /// A volume of a pool.
            case volume(VolumeReference)
        }
    }

    /// What makes a clone different from its template.
    package struct Identity: Sendable {
        /// The clone's name.
        package var name: String
        /// Its UUID, canonical and lower-case.
        package var uuid: String
        /// One MAC for each of ``DomainTemplate/networks``.
        package var macs: [String]
        /// One qcow2 volume for each of ``DomainTemplate/disks``.
        package var volumes: [VolumeReference]
        /// What goes into its metadata.
        package var record: InstanceRecord
        /// Bytes of memory; nil for the template's.
        package var memory: UInt64?
        /// Virtual CPUs; nil for the template's.
        package var vcpus: Int?

        /// Memberwise.
        package init(
            name: String,
            uuid: String,
            macs: [String],
            volumes: [VolumeReference],
            record: InstanceRecord
        ) {
            self.name = name
            self.uuid = uuid
            self.macs = macs
            self.volumes = volumes
            self.record = record
        }
    }

    /// Reads a definition.
    ///
    /// - Throws: ``LibvirtError/Code/xmlError`` for what is no domain, ``LibvirtError/Code/configUnsupported`` for one
    ///   that uses something only one domain can have, such as a passed-through device.
    package init(xml: String) throws(LibvirtError) {
        let domain = try DomainXML(xml)
        guard let name = domain.name else {
            throw LibvirtError(code: .xmlError, message: "missing domain name", operation: "read the template")
        }
        let devices = domain.root.child("devices")
        try Self.refuseUniqueDevices(devices, of: name)
        self.xml = xml
        self.name = name
        networks = domain.interfaces.map(\.network)
        var disks: [Disk] = []
        for element in devices?.elements("disk") ?? [] where element.isWritableDisk {
            disks.append(try Disk(element, of: name))
        }
        self.disks = disks
    }

    /// The definition of a clone: all that the template has, but none of what is the template's own.
    ///
    /// New are name, UUID, MACs and the sources of the writable disks. Left out are the title, labels that belong to one
    /// process, firmware variables (they begin anew from the firmware's own), our metadata and credentials, the names of
    /// host interfaces, log files, and paths, ports and sockets on the host; libvirt chooses new ones. Serial lines that
    /// were bound to a port, file or socket become pseudo-terminals.
    ///
    /// - Throws: ``LibvirtError/Code/invalidArgument`` unless there is one MAC for each interface and one volume for
    ///   each disk.
    package func definition(of identity: Identity) throws(LibvirtError) -> String {
        guard identity.macs.count == networks.count, identity.volumes.count == disks.count else {
            throw LibvirtError(
                code: .invalidArgument,
                message: "it has \(networks.count) interfaces and \(disks.count) writable disks; "
                    + "\(identity.macs.count) MACs and \(identity.volumes.count) volumes were given",
                operation: "clone \(name)"
            )
        }
        let domain = try DomainXML(xml)
        let root = domain.root
        root.attributes["id"] = nil
        root.setChild("name", identity.name)
        domain.setUUID(identity.uuid)
        root.removeElements { $0.name == "title" }
        // Empty: libvirt makes a new one.
        root.child("genid")?.children = []
        if let memory = identity.memory { root.setMemory(memory) }
        if let vcpus = identity.vcpus { root.setVirtualCPUs(vcpus) }
        root.individualizeFirmware()
        root.individualizeLabels()
        try domain.individualizeSystemInformation(uuid: identity.uuid)
        try domain.setMetadata(identity.record.xml)
        let devices = root.child("devices")
        let writable = (devices?.elements("disk") ?? []).filter(\.isWritableDisk)
        for (disk, volume) in zip(writable, identity.volumes) { disk.replaceDisk(by: volume) }
        for (interface, mac) in zip(devices?.elements("interface") ?? [], identity.macs) {
            interface.individualizeInterface(mac: mac)
        }
        for device in devices?.elements ?? [] { device.individualizeDevice() }
        return domain.text
    }
}

extension DomainTemplate.Disk {
    fileprivate init(_ element: XMLTree, of template: String) throws(LibvirtError) {
        let target = element.child("target")?.attributes["dev"] ?? ""
        let source = element.child("source")
        func refuse(_ reason: String) -> LibvirtError {
            LibvirtError(
                code: .configUnsupported,
                message: "its disk '\(target)' \(reason)",
                operation: "read the template \(template)"
            )
        }
        guard !target.isEmpty, !target.contains("/") else { throw refuse("has no target name") }
        guard element.attributes["device"] ?? "disk" == "disk" else {
            throw refuse("is a passed-through LUN, which no layer can be made over")
        }
        guard source?.child("encryption") == nil, element.child("encryption") == nil else {
            throw refuse("is encrypted, which a layer cannot be")
        }
        switch element.attributes["type"] {
        case "file", "block":
            guard let path = source?.attributes["file"] ?? source?.attributes["dev"] else {
                throw refuse("has no source")
            }
            self.source = .path(path)
        case "volume":
            guard let pool = source?.attributes["pool"], let volume = source?.attributes["volume"] else {
                throw refuse("has no source")
            }
            self.source = .volume(VolumeReference(pool: pool, name: volume))
        case let type:
            throw refuse("is of type '\(type ?? "")'; layers are made over files, block devices and volumes")
        }
        self.target = target
        // libvirt too takes a disk without a format for raw and does not look.
        format = element.child("driver")?.attributes["type"] ?? "raw"
    }
}
