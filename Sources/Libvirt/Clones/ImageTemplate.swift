/// A disk image from which domains are made, without a domain that has it.
package struct ImageTemplate: Hashable, Sendable {
    /// The image. Never written any more while clones exist.
    package var image: VolumeBacking
    /// Bytes of memory.
    package var memory: UInt64
    /// Virtual CPUs.
    package var vcpus: Int
    /// The libvirt network of its interface.
    package var network: String
    /// The kernel to boot, for images without a boot loader.
    package var kernel: Kernel?

    /// A kernel on the host, booted without a boot loader.
    package struct Kernel: Hashable, Sendable {
        /// Its path on the host.
        package var path: String
        /// Path of the initial RAM disk on the host.
        package var initialRAMDisk: String?
        /// Its arguments.
        ///
        /// The default mounts the first disk and talks on the serial console.
        package var arguments: String

        /// Memberwise.
        package init(
            path: String,
            initialRAMDisk: String? = nil,
            arguments: String = "root=/dev/vda rw console=ttyS0"
        ) {
            self.path = path
            self.initialRAMDisk = initialRAMDisk
            self.arguments = arguments
        }
    }

    /// Memberwise.
    ///
    /// The defaults: 1 GiB, one virtual CPU, network `default`, the image's own boot loader.
    package init(
        image: VolumeBacking,
        memory: UInt64 = 1 << 30,
        vcpus: Int = 1,
        network: String = "default",
        kernel: Kernel? = nil
    ) {
        self.image = image
        self.memory = memory
        self.vcpus = vcpus
        self.network = network
        self.kernel = kernel
    }

    /// A small good definition: q35, virtio for all, entropy, a serial console, memory statistics.
    ///
    /// - Throws: ``LibvirtError/Code/invalidArgument`` without memory, virtual CPUs or an absolute path.
    package func template(for type: DomainType) throws(LibvirtError) -> DomainTemplate {
        guard memory >= 1 << 20, (1...4096).contains(vcpus), image.path.hasPrefix("/") else {
            throw LibvirtError(
                code: .invalidArgument,
                message: "an image template needs an absolute path, at least 1 MiB and 1 to 4096 virtual CPUs",
                operation: "define a domain for \(image.path)"
            )
        }
        let root = XMLTree("domain", ["type": type.rawValue])
        root.append(XMLTree("name", text: image.path.split(separator: "/").last.map(String.init) ?? "image"))
        root.append(XMLTree("memory", ["unit": "bytes"], text: "\(memory)"))
        root.append(XMLTree("vcpu", text: "\(vcpus)"))
        root.append(system(type))
        let features = root.append(XMLTree("features"))
        if type.isEmulatedPC { for name in ["acpi", "apic"] { features.append(XMLTree(name)) } }
        if let mode = type.cpuMode { root.append(XMLTree("cpu", ["mode": mode])) }
        root.append(XMLTree("clock", ["offset": "utc"]))
        for (event, action) in [("poweroff", "destroy"), ("reboot", "restart"), ("crash", "destroy")] {
            root.append(XMLTree("on_\(event)", text: action))
        }
        root.append(devices)
        return try DomainTemplate(xml: root.serialized)
    }

    private func system(_ type: DomainType) -> XMLTree {
        let system = XMLTree("os")
        let machine = type.isEmulatedPC ? ["arch": "x86_64", "machine": "q35"] : [:]
        system.append(XMLTree("type", machine, text: "hvm"))
        guard let kernel else {
            system.append(XMLTree("boot", ["dev": "hd"]))
            return system
        }
        system.append(XMLTree("kernel", text: kernel.path))
        if let disk = kernel.initialRAMDisk { system.append(XMLTree("initrd", text: disk)) }
        system.append(XMLTree("cmdline", text: kernel.arguments))
        return system
    }

    private var devices: XMLTree {
        let devices = XMLTree("devices")
        let disk = devices.append(XMLTree("disk", ["type": "file", "device": "disk"]))
        disk.append(XMLTree("driver", ["name": "qemu", "type": image.format, "discard": "unmap"]))
        disk.append(XMLTree("source", ["file": image.path]))
        disk.append(XMLTree("target", ["dev": "vda", "bus": "virtio"]))
        let interface = devices.append(XMLTree("interface", ["type": "network"]))
        interface.append(XMLTree("source", ["network": network]))
        interface.append(XMLTree("model", ["type": "virtio"]))
        devices.append(XMLTree("serial", ["type": "pty"])).append(XMLTree("target", ["port": "0"]))
        devices.append(XMLTree("console", ["type": "pty"])).append(XMLTree("target", ["type": "serial", "port": "0"]))
        let entropy = devices.append(XMLTree("rng", ["model": "virtio"]))
        entropy.append(XMLTree("backend", ["model": "random"], text: "/dev/urandom"))
        devices.append(XMLTree("memballoon", ["model": "virtio"])).append(XMLTree("stats", ["period": "5"]))
        return devices
    }
}
