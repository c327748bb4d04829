// What is changed in the elements of a template to make them a clone's.
extension XMLTree {
    /// Whether the element is a `<disk>` that guests write to, each its own.
    var isWritableDisk: Bool {
        let device = attributes["device"] ?? "disk"
        return (device == "disk" || device == "lun") && child("readonly") == nil && child("shareable") == nil
    }

    /// Puts a text in place of what is in the child element, which is made if need be.
    func setChild(_ name: String, _ text: String) {
        let element = child(name) ?? append(XMLTree(name))
        element.children = [.text(text)]
    }

    /// Another amount of memory, all of it from the start; what spread the former amount over NUMA nodes goes.
    func setMemory(_ bytes: UInt64) {
        for name in ["memory", "currentMemory"] where name == "memory" || child(name) != nil {
            setChild(name, "\(bytes)")
            child(name)?.attributes = ["unit": "bytes"]
        }
        removeElements { $0.name == "maxMemory" }
        child("cpu")?.removeElements { $0.name == "numa" }
    }

    /// Another number of virtual CPUs, all of them from the start; what arranged or pinned the former ones goes.
    func setVirtualCPUs(_ count: Int) {
        setChild("vcpu", "\(count)")
        child("vcpu")?.attributes["current"] = nil
        removeElements { $0.name == "vcpus" }
        child("cpu")?.removeElements { $0.name == "topology" || $0.name == "numa" }
        child("cputune")?.removeElements { $0.name == "vcpupin" || $0.name == "vcpusched" }
    }

    /// A qcow2 volume as the source of a `<disk>`; libvirt finds its backing chain itself.
    func replaceDisk(by volume: VolumeReference) {
        attributes["type"] = "volume"
        attributes["snapshot"] = nil
        removeElements { ["backingStore", "mirror", "source"].contains($0.name) }
        append(XMLTree("source", ["pool": volume.pool, "volume": volume.name]))
        let driver = child("driver") ?? append(XMLTree("driver", ["name": "qemu"]))
        driver.attributes["type"] = "qcow2"
    }

    /// Another address, and no name of the host's end.
    func individualizeInterface(mac: String) {
        let element = child("mac") ?? append(XMLTree("mac"))
        // `type` and `check` speak of the present address; they concern VMware alone.
        element.attributes = ["address": mac]
        removeElements { $0.name == "target" }
        child("source")?.attributes["portid"] = nil
    }

    /// The variables' file is named by libvirt after the domain; the file they start from stays.
    func individualizeFirmware() {
        guard let system = child("os"), let variables = system.child("nvram") else { return }
        variables.children = []
        variables.attributes = variables.attributes.filter { $0.key == "template" }
        if variables.attributes.isEmpty { system.removeElements { $0 === variables } }
    }

    /// Labels of one process go; what says how to make labels stays.
    func individualizeLabels() {
        removeElements { $0.name == "seclabel" && $0.attributes["type"] == "static" }
        for label in elements("seclabel") {
            label.removeElements { $0.name == "label" || $0.name == "imagelabel" }
        }
    }

    /// Paths, ports and sockets on the host.
    func individualizeDevice() {
        switch name {
        case "serial", "parallel", "console": individualizeLine()
        case "channel": individualizeChannel()
        case "graphics": individualizeGraphics()
        case "vsock":
            guard let address = child("cid") else { return }
            address.attributes = ["auto": "yes"]
        default: return
        }
    }

    private func individualizeLine() {
        attributes["tty"] = nil
        removeElements { $0.name == "log" }
        switch attributes["type"] {
        case "null", "vc", "stdio", "spicevmc", "qemu-vdagent": return
        default:
            attributes["type"] = "pty"
            removeElements { $0.name == "source" || $0.name == "protocol" }
        }
    }

    private func individualizeChannel() {
        removeElements { $0.name == "log" }
        switch attributes["type"] {
        case "spicevmc", "qemu-vdagent", "null": return
        case "pty": removeElements { $0.name == "source" }
        default:
            // Without a path libvirt makes one for each domain.
            attributes["type"] = "unix"
            removeElements { $0.name == "source" || $0.name == "protocol" }
        }
    }

    private func individualizeGraphics() {
        guard attributes["type"] == "vnc" || attributes["type"] == "spice" else { return }
        let isOnSocket =
            attributes["socket"] != nil || elements("listen").contains { $0.attributes["type"] == "socket" }
        for attribute in ["port", "tlsPort", "socket"] { attributes[attribute] = nil }
        if attributes["websocket"] != nil { attributes["websocket"] = "-1" }
        attributes["autoport"] = isOnSocket ? nil : "yes"
        for listen in elements("listen") { listen.attributes["socket"] = nil }
        if isOnSocket, elements("listen").isEmpty { append(XMLTree("listen", ["type": "socket"])) }
    }
}

extension DomainTemplate {
    /// Devices that exist once on the host.
    static func refuseUniqueDevices(_ devices: XMLTree?, of template: String) throws(LibvirtError) {
        for device in devices?.elements ?? [] {
            let reason: String? =
                switch device.name {
                case "hostdev": "a passed-through device"
                case "interface" where device.attributes["type"] == "hostdev": "a passed-through network device"
                case "interface" where device.attributes["type"] == "vhostuser": "a network socket of its own"
                case "tpm" where device.child("backend")?.attributes["type"] == "passthrough": "the host's TPM"
                case "memory" where ["nvdimm", "virtio-pmem"].contains(device.attributes["model"]): "persistent memory"
                default: nil
                }
            guard let reason else { continue }
            throw LibvirtError(
                code: .configUnsupported,
                message: "it has \(reason), which only one domain can use; remove it from the template",
                operation: "read the template \(template)"
            )
        }
    }
}

extension DomainXML {
    /// No credential of ours, and the UUID where the firmware's tables repeat it (libvirt refuses two that differ).
    func individualizeSystemInformation(uuid: String) throws(LibvirtError) {
        let ours = credentials.keys.filter { $0.hasPrefix("cms.") }
        try setCredentials(ours.map { Credential(name: $0, value: nil) })
        for information in root.elements("sysinfo") where information.attributes["type"] == "smbios" {
            guard let system = information.child("system") else { continue }
            for entry in system.elements("entry") where entry.attributes["name"] == "uuid" {
                entry.children = [.text(uuid)]
            }
            system.removeElements { $0.name == "entry" && $0.attributes["name"] == "serial" }
        }
    }
}
