import Foundation
import Testing

@testable import Libvirt

@Suite struct DomainTemplateTests {
    static let uuid = "0f4b5f63-1d1c-4a3f-9d5e-2c7f6a1b2c3d"
    static let text = """
        <domain type='kvm' id='7' xmlns:cms='urn:cms:instance:1' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>golden</name>
          <uuid>6d1f3e00-0000-4000-8000-00000000abcd</uuid>
          <title>The golden one</title>
          <genid>43dc0cf8-809b-4adb-9bea-a9abb5f3d90e</genid>
          <metadata>
            <x:os xmlns:x='urn:x'>debian</x:os>
            <cms:instance group='old'><cms:clone uuid='6d1f3e00-0000-4000-8000-00000000abcd' state='ready'/></cms:instance>
          </metadata>
          <memory unit='GiB'>2</memory>
          <vcpu>2</vcpu>
          <os firmware='efi'>
            <type>hvm</type>
            <nvram template='/usr/share/OVMF/VARS.fd'>/var/lib/libvirt/qemu/nvram/golden_VARS.fd</nvram>
            <smbios mode='sysinfo'/>
          </os>
          <sysinfo type='smbios'>
            <system>
              <entry name='uuid'>6d1f3e00-0000-4000-8000-00000000abcd</entry>
              <entry name='serial'>SN-1</entry>
              <entry name='manufacturer'>Us</entry>
            </system>
            <oemStrings>
              <entry>foreign=1</entry>
              <entry>io.systemd.credential:ssh.key=shared</entry>
              <entry>io.systemd.credential:cms.join-token=s3cret</entry>
            </oemStrings>
          </sysinfo>
          <cpu mode='host-passthrough'/>
          <devices>
            <disk type='file' device='disk' snapshot='external'>
              <driver name='qemu' type='raw' cache='none'/>
              <source file='/images/base &amp; co.raw'><seclabel model='dac' relabel='no'/></source>
              <backingStore/>
              <target dev='vda' bus='virtio'/>
              <serial>root</serial>
            </disk>
            <disk type='volume' device='disk'>
              <driver name='qemu' type='qcow2'/>
              <source pool='default' volume='data.qcow2'/>
              <target dev='vdb' bus='virtio'/>
            </disk>
            <disk type='file' device='disk'>
              <source file='/images/tools.raw'/><target dev='vdc'/><readonly/>
            </disk>
            <disk type='file' device='disk'>
              <source file='/images/both.raw'/><target dev='vdd'/><shareable/>
            </disk>
            <disk type='file' device='cdrom'>
              <source file='/images/seed.iso'/><target dev='sda'/>
            </disk>
            <interface type='network'>
              <mac address='52:54:00:aa:bb:cc'/>
              <source network='default' portid='1'/>
              <target dev='vnet3'/>
              <model type='virtio'/>
            </interface>
            <interface type='bridge'><mac address='52:54:00:aa:bb:cd'/><source bridge='br0'/></interface>
            <serial type='file'>
              <source path='/log/golden.txt'/><log file='/log/golden.log'/><target port='0'/>
            </serial>
            <serial type='tcp'>
              <source mode='bind' host='127.0.0.1' service='4555'/><protocol type='telnet'/><target port='1'/>
            </serial>
            <console type='pty' tty='/dev/pts/1'><source path='/dev/pts/1'/><target type='serial' port='0'/></console>
            <channel type='unix'>
              <source mode='bind' path='/run/golden.agent'/><target type='virtio' name='org.qemu.guest_agent.0'/>
            </channel>
            <channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel>
            <graphics type='vnc' port='5907' autoport='no' websocket='5708' listen='127.0.0.1' passwd='pw'>
              <listen type='address' address='127.0.0.1'/>
            </graphics>
            <graphics type='spice'><listen type='socket' socket='/run/golden.spice'/></graphics>
            <vsock model='virtio'><cid auto='no' address='5'/></vsock>
          </devices>
          <seclabel type='dynamic' model='selinux' relabel='yes'><label>a</label><imagelabel>b</imagelabel></seclabel>
          <seclabel type='static' model='dac'><label>c</label></seclabel>
          <qemu:commandline><qemu:arg value='-x'/></qemu:commandline>
        </domain>
        """

    static func clone() throws -> (text: String, read: XMLElementReader) {
        var record = InstanceRecord(clone: CloneRecord(uuid: uuid, template: "golden", state: .making))
        record.group = "web & more"
        let text = try DomainTemplate(xml: text).definition(
            of: .init(
                name: "web-1",
                uuid: uuid,
                macs: ["52:54:00:00:00:01", "52:54:00:00:00:02"],
                volumes: [VolumeReference(pool: "fast", name: "a"), VolumeReference(pool: "fast", name: "b")],
                record: record
            )
        )
        return (text, try XMLElementReader(text))
    }

    @Test func listsTheDisksThatNeedALayer() throws {
        let template = try DomainTemplate(xml: Self.text)
        #expect(template.name == "golden")
        #expect(
            template.disks == [
                .init(target: "vda", source: .path("/images/base & co.raw"), format: "raw"),
                .init(
                    target: "vdb",
                    source: .volume(VolumeReference(pool: "default", name: "data.qcow2")),
                    format: "qcow2"
                ),
            ]
        )
        #expect(template.networks == ["default", nil])
    }

    @Test func givesTheCloneItsOwnIdentity() throws {
        let (text, clone) = try Self.clone()
        #expect(try clone.text("/domain/name") == ["web-1"])
        #expect(try clone.text("/domain/uuid") == [Self.uuid])
        #expect(try clone.text("/domain/genid") == [""])
        #expect(try clone.text("//interface/mac/@address") == ["52:54:00:00:00:01", "52:54:00:00:00:02"])
        #expect(try clone.text("//sysinfo/system/entry") == [Self.uuid, "Us"])
        let metadata = try InstanceRecord(xml: try #require(try DomainXML(text).metadata))
        #expect(metadata.group == "web & more")
        #expect(metadata.clone?.uuid == Self.uuid && metadata.clone?.state == .making)
    }

    @Test func leavesOutWhatIsTheTemplatesOwn() throws {
        let (text, _) = try Self.clone()
        for trace in [
            "golden_VARS", "The golden one", "s3cret", "SN-1", "6d1f3e00", "vnet3", "portid", "/log/", "/run/",
            "/dev/pts",
            "4555", "5907", "5708", "imagelabel", "<label>", "static", "43dc0cf8", "id=\"7\"", "base &amp; co",
            "group=\"old\"",
        ] {
            #expect(!text.contains(trace), "\(trace) is still there")
        }
    }

    @Test func replacesWritableDisksAndSharesTheOthers() throws {
        let (_, clone) = try Self.clone()
        #expect(try clone.text("//disk/@type") == ["volume", "volume", "file", "file", "file"])
        #expect(try clone.text("//disk/source/@pool") == ["fast", "fast"])
        #expect(try clone.text("//disk/source/@volume") == ["a", "b"])
        #expect(try clone.text("//disk/source/@file") == ["/images/tools.raw", "/images/both.raw", "/images/seed.iso"])
        #expect(try clone.text("//disk/driver/@type") == ["qcow2", "qcow2"])
        #expect(try clone.text("//disk/driver/@cache") == ["none"])
        #expect(try clone.text("//disk/serial") == ["root"])
        #expect(try clone.text("//disk/backingStore").isEmpty)
        #expect(try clone.text("//disk/source/seclabel").isEmpty)
    }

    @Test func letsLibvirtChoosePortsAndSockets() throws {
        let (_, clone) = try Self.clone()
        #expect(try clone.text("//serial/@type") == ["pty", "pty"])
        #expect(try clone.text("//serial/target/@port") == ["0", "1"])
        #expect(try clone.text("//console/@type") == ["pty"])
        #expect(try clone.text("//channel/@type") == ["unix", "spicevmc"])
        #expect(try clone.text("//channel/target/@name") == ["org.qemu.guest_agent.0", "com.redhat.spice.0"])
        #expect(try clone.text("//graphics[@type='vnc']/@autoport") == ["yes"])
        #expect(try clone.text("//graphics[@type='vnc']/@websocket") == ["-1"])
        #expect(try clone.text("//graphics[@type='spice']/listen/@type") == ["socket"])
        #expect(try clone.text("//vsock/cid/@auto") == ["yes"])
        #expect(try clone.text("//vsock/cid/@address").isEmpty)
    }

    @Test func keepsEverythingElse() throws {
        let (_, clone) = try Self.clone()
        #expect(try clone.text("/domain/memory") == ["2"])
        #expect(try clone.text("//oemStrings/entry") == ["foreign=1", "io.systemd.credential:ssh.key=shared"])
        #expect(try clone.text("//nvram/@template") == ["/usr/share/OVMF/VARS.fd"])
        #expect(try clone.text("//nvram") == [""])
        #expect(try clone.text("//cpu/@mode") == ["host-passthrough"])
        #expect(try clone.text("//interface/source/@network") == ["default"])
        #expect(try clone.text("//interface/source/@bridge") == ["br0"])
        #expect(try clone.text("//graphics/@passwd") == ["pw"])
        #expect(try clone.text("/domain/seclabel/@type") == ["dynamic"])
        #expect(try clone.text("/domain/metadata/*[local-name()='os']") == ["debian"])
        #expect(try clone.text("//*[local-name()='arg']/@value") == ["-x"])
    }

    @Test(arguments: [
        "<hostdev mode='subsystem' type='pci'/>", "<interface type='hostdev'/>", "<interface type='vhostuser'/>",
        "<tpm model='tpm-tis'><backend type='passthrough'/></tpm>", "<memory model='nvdimm'/>",
        "<disk type='block' device='lun'><source dev='/dev/sg1'/><target dev='sda'/></disk>",
        "<disk type='network' device='disk'><source protocol='rbd' name='a/b'/><target dev='vda'/></disk>",
        "<disk type='file' device='disk'><target dev='vda'/></disk>",
        "<disk type='file' device='disk'><source file='/a'/><target dev='../../x'/></disk>",
        "<disk type='file' device='disk'><source file='/a'><encryption format='luks'/></source><target dev='vda'/></disk>",
    ])
    func refusesWhatOnlyOneDomainCanHave(_ device: String) {
        #expect {
            try DomainTemplate(xml: "<domain><name>t</name><devices>\(device)</devices></domain>")
        } throws: { ($0 as? LibvirtError)?.code == .configUnsupported }
    }

    @Test func wantsAMACForEachInterfaceAndAVolumeForEachDisk() throws {
        let template = try DomainTemplate(xml: Self.text)
        #expect {
            try template.definition(
                of: .init(name: "x", uuid: Self.uuid, macs: [], volumes: [], record: InstanceRecord())
            )
        } throws: { ($0 as? LibvirtError)?.code == .invalidArgument }
    }
}

@Suite struct ImageTemplateTests {
    @Test func definesASmallGoodDomain() throws {
        let image = ImageTemplate(
            image: VolumeBacking(path: "/images/base.raw", format: "raw"),
            memory: 512 << 20,
            vcpus: 2,
            kernel: .init(path: "/boot/vmlinuz", initialRAMDisk: "/boot/initrd.img")
        )
        let template = try image.template(for: .qemu)
        #expect(template.disks == [.init(target: "vda", source: .path("/images/base.raw"), format: "raw")])
        #expect(template.networks == ["default"])
        let domain = try DomainXML(template.xml)
        #expect(domain.maxMemory == 512 << 20 && domain.vcpuCount == 2)
        let read = try XMLElementReader(template.xml)
        #expect(try read.attribute("type") == "qemu")
        #expect(try read.text("//os/type/@machine") == ["q35"])
        #expect(try read.text("//cpu/@mode") == ["maximum"])
        #expect(try read.text("//os/kernel") == ["/boot/vmlinuz"])
        #expect(try read.text("//rng/backend") == ["/dev/urandom"])
        #expect(try XMLElementReader(image.template(for: .kvm).xml).text("//cpu/@mode") == ["host-passthrough"])
    }

    @Test(arguments: [(0, 1, "/x"), (1 << 30, 0, "/x"), (1 << 30, 1, "x"), (1 << 30, 5000, "/x")])
    func refusesNonsense(_ memory: Int, _ vcpus: Int, _ path: String) {
        let image = ImageTemplate(
            image: VolumeBacking(path: path, format: "raw"),
            memory: UInt64(memory),
            vcpus: vcpus
        )
        #expect { try image.template(for: .qemu) } throws: { ($0 as? LibvirtError)?.code == .invalidArgument }
    }
}
