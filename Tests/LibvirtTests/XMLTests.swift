import Foundation
import Testing

@testable import Libvirt

@Suite struct DomainXMLTests {
    static let text = """
        <!-- by hand -->
        <domain type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'>
          <name>vm &amp; 1</name>
          <uuid>6D1F3E00-0000-4000-8000-00000000ABCD</uuid>
          <metadata><x:y xmlns:x="urn:x" a='"&lt;'>keep &lt;me&gt;</x:y></metadata>
          <memory unit='GiB'>2</memory>
          <vcpu placement='static' current='3'>8</vcpu>
          <sysinfo type='fwcfg'><entry name='opt/x'>1</entry></sysinfo>
          <sysinfo type='smbios'>
            <bios><entry name='vendor'>LENOVO</entry></bios>
            <oemStrings>
              <entry>foreign=1</entry>
              <entry>io.systemd.credential:other.key=mine</entry>
              <entry>io.systemd.credential:cms.join-token=old</entry>
              <entry>io.systemd.credential:cms.join-token-2=stays</entry>
            </oemStrings>
          </sysinfo>
          <os><type>hvm</type><smbios mode='host'/><boot dev='hd'/></os>
          <devices>
            <interface type='network'><mac address='52:54:00:AA:BB:CC'/><source network='default' bridge='virbr0'/></interface>
            <interface type='bridge'><mac address='52:54:00:aa:bb:cd'/><source bridge='br0'/></interface>
            <interface type='user'/>
          </devices>
          <qemu:commandline><qemu:arg value='-x'/></qemu:commandline>
        </domain>
        """

    @Test func readsWhatTheControllerNeeds() throws {
        let domain = try DomainXML(Self.text)
        #expect(domain.name == "vm & 1")
        #expect(domain.uuid == "6d1f3e00-0000-4000-8000-00000000abcd")
        #expect(domain.vcpuCount == 3)
        #expect(domain.maxMemory == 2 << 30)
        #expect(
            domain.interfaces == [
                DomainInterface(network: "default", bridge: "virbr0", mac: "52:54:00:aa:bb:cc"),
                DomainInterface(network: nil, bridge: "br0", mac: "52:54:00:aa:bb:cd"),
                DomainInterface(network: nil, mac: nil),
            ]
        )
    }

    @Test(
        arguments: [
            ("<memory>4</memory>", 4096), ("<memory unit='KiB'>4</memory>", 4096), ("<memory unit='b'>7</memory>", 7),
            ("<memory unit='M'>1</memory>", 1 << 20), ("<memory unit='MB'>1</memory>", 1_000_000),
            ("<memory unit='TiB'>1</memory>", 1 << 40), ("<memory unit='furlong'>1</memory>", nil),
            ("<memory>many</memory>", nil), ("<memory unit='TiB'>18446744073709551615</memory>", nil), ("", nil),
        ] as [(String, UInt64?)]
    )
    func readsMemoryInEveryUnit(_ element: String, _ bytes: UInt64?) throws {
        #expect(try DomainXML("<domain>\(element)</domain>").maxMemory == bytes)
    }

    @Test func replacesItsCredentialsAndKeepsEverythingElse() throws {
        let domain = try DomainXML(Self.text)
        try domain.setCredentials([
            Credential(name: "cms.join-token", value: "new"), Credential(name: "cms.ca-hash", value: "sha256:00"),
        ])
        let edited = try XMLElementReader(domain.text)
        #expect(
            try edited.text("//oemStrings/entry") == [
                "foreign=1", "io.systemd.credential:other.key=mine",
                "io.systemd.credential:cms.join-token-2=stays", "io.systemd.credential:cms.join-token=new",
                "io.systemd.credential:cms.ca-hash=sha256:00",
            ]
        )
        #expect(try edited.text("//os/smbios/@mode") == ["sysinfo"])
        #expect(try edited.text("//os/boot/@dev") == ["hd"])
        #expect(try edited.text("//sysinfo/@type") == ["fwcfg", "smbios"])
        #expect(try edited.text("//bios/entry") == ["LENOVO"])
        #expect(try edited.text("/domain/metadata/*") == ["keep <me>"])
        #expect(try edited.text("/domain/metadata/*/@a") == ["\"<"])
        #expect(try edited.text("/domain/name") == ["vm & 1"])
        #expect(try edited.text("//*[local-name()='arg']/@value") == ["-x"])
        #expect(try edited.attribute("type") == "kvm")
        #expect(try DomainXML(domain.text).credentials["cms.join-token"] == "new")
    }

    @Test func addsCredentialsToABareDomain() throws {
        let domain = try DomainXML("<domain/>")
        try domain.setCredentials([Credential(name: "cms.a", value: "<&>\"'\t€".replacing("\t", with: " "))])
        #expect(try DomainXML(domain.text).oemStrings == ["io.systemd.credential:cms.a=<&>\"' €"])
        try domain.setCredentials([Credential(name: "cms.a", value: nil)])
        #expect(!domain.text.contains("oemStrings"))
        #expect(domain.text.contains("smbios"))
    }

    @Test(arguments: [
        ("join-token", "x"), ("cms.", "x"), ("cms.a=b", "x"), ("cms.a b", "x"), ("cms.é", "x"), ("", "x"),
        ("cms." + String(repeating: "a", count: 252), "x"), ("cms.a", "two\nlines"), ("cms.a", "\0"),
        ("cms.a", "\u{FFFE}"), ("cms.a", String(repeating: "x", count: (16 << 10) + 1)),
    ])
    func refusesCredentialsThatWouldNotArrive(_ name: String, _ value: String) throws {
        let domain = try DomainXML(Self.text)
        let before = domain.text
        #expect {
            try domain.setCredentials([Credential(name: "cms.ok", value: "1"), Credential(name: name, value: value)])
        } throws: { ($0 as? LibvirtError)?.code == .invalidArgument }
        #expect(domain.text == before)
    }

    @Test func neverShowsACredential() {
        let credential = Credential(name: "cms.join-token", value: "s3cret")
        #expect(!"\(credential) \(String(reflecting: credential)) \([credential])".contains("s3cret"))
        var dumped = ""
        dump(credential, to: &dumped)
        #expect(!dumped.contains("s3cret"))
        #expect {
            try DomainXML("<domain/>").setCredentials([Credential(name: "cms.a", value: "s3cret\n")])
        } throws: { !"\($0)".contains("s3cret") }
    }
}

@Suite struct XMLTreeTests {
    @Test(arguments: [
        "", " ", "junk", "<a", "<a>", "<a><b></a>", "<a/><a/>", "<a/>x", "<a b=1/>", "<a b='1' b='2'/>", "<a>&x;</a>",
        "<a>\u{1}</a>", "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>", "<b/>",
        String(repeating: "<a>", count: 200) + String(repeating: "</a>", count: 200),
    ])
    func refuses(_ text: String) {
        #expect { try XMLTree.parse(text, root: "a") } throws: { ($0 as? LibvirtError)?.code == .xmlError }
    }

    @Test func keepsWhatItDoesNotKnow() throws {
        let text = """
            <a b="1 &lt; &quot;2&quot; &#10;" xmlns="urn:z" xmlns:q="urn:q"> one&amp;two <q:c q:d="x"/>\
            <!-- note --><?pi data?><e><![CDATA[<&>]]></e>\u{1F600}&#13;</a>
            """
        let once = try XMLTree.parse(text, root: "a").serialized
        #expect(once == text.replacing("<![CDATA[<&>]]>", with: "&lt;&amp;&gt;"))
        #expect(try XMLTree.parse(once, root: "a").serialized == once)
    }
}

@Suite struct NetworkXMLTests {
    @Test func readsAddressesAndReservations() throws {
        let network = try NetworkXML(
            """
            <network connections='1'>
              <name>default</name>
              <uuid>9A05DA11-E96B-47F3-8253-A3A482E445F5</uuid>
              <bridge name='virbr0' stp='on'/>
              <ip address='192.168.122.1' netmask='255.255.254.0'>
                <dhcp>
                  <range start='192.168.122.2' end='192.168.122.254'/>
                  <host mac='52:54:00:AA:00:01' name='vm1' ip='192.168.122.150'/>
                  <host mac='52:54:00:aa:00:02' name='nowhere'/>
                </dhcp>
              </ip>
              <ip family='ipv4' address='10.1.0.1' prefix='12'/>
              <ip family='ipv6' address='FD00:0::1' prefix='64'>
                <dhcp>
                  <host name='six' ip='fd00::2'/>
                  <host id='00:03:00:01:52:54:00:AA:00:03' name='vm3' ip='FD00::0:3'/>
                  <host id='00:01:00:01:2f:00:00:00:52:54:00:aa:00:04' ip='fd00::4'/>
                </dhcp>
              </ip>
            </network>
            """
        )
        #expect(network.name == "default")
        #expect(network.uuid == "9a05da11-e96b-47f3-8253-a3a482e445f5")
        #expect(network.bridge == "virbr0")
        #expect(network.addresses.map(\.description) == ["192.168.122.1/23", "10.1.0.1/12", "fd00::1/64"])
        #expect(
            network.reservations == [
                DHCPReservation(mac: "52:54:00:aa:00:01", name: "vm1", address: "192.168.122.150"),
                DHCPReservation(mac: nil, name: "six", address: "fd00::2"),
                DHCPReservation(mac: "52:54:00:aa:00:03", name: "vm3", address: "fd00::3"),
                DHCPReservation(mac: nil, address: "fd00::4"),
            ]
        )
    }

    @Test(
        arguments: [
            ("address='10.0.0.1'", 8), ("address='172.16.0.1'", 16), ("address='192.168.0.1'", 24),
            ("address='10.0.0.1' netmask='0.0.0.0'", 0), ("address='10.0.0.1' netmask='255.255.255.255'", 32),
            ("address='10.0.0.1' netmask='255.0.255.0'", nil), ("address='10.0.0.1' prefix='33'", nil),
            ("address='10.0.0.1' prefix='x'", nil), ("address='10.0.0'", nil), ("address='10.0.0.256'", nil),
            ("address='10.0.0.+1'", nil), ("", nil), ("family='ipv6' address='fd00::1' prefix='64'", 64),
            ("family='ipv6' address='fd00::1' prefix='128'", 128),
            ("family='ipv6' address='fd00::1' prefix='129'", nil),
            // libvirt takes an IPv6 address without a prefix for one alone.
            ("family='ipv6' address='fd00::1'", 128), ("family='ipv6' address='10.0.0.1' prefix='8'", nil),
            ("address='fd00::1' prefix='64'", nil), ("family='ipx' address='10.0.0.1'", nil),
        ] as [(String, Int?)]
    )
    func readsPrefixes(_ attributes: String, _ length: Int?) throws {
        #expect(try NetworkXML("<network><ip \(attributes)/></network>").addresses.first?.prefixLength == length)
    }

    @Test func escapesReservations() {
        let reservation = DHCPReservation(mac: nil, name: "a'b<&", address: "10.0.0.2")
        #expect(reservation.xml == "<host name='a&apos;b&lt;&amp;' ip='10.0.0.2'/>")
    }

    @Test func reservesAnIPv6AddressByTheDUIDOfTheMAC() {
        let reservation = DHCPReservation(mac: "52:54:00:AA:00:01", name: "vm1", address: "FD00::0:2")
        #expect(reservation.xml == "<host id='00:03:00:01:52:54:00:aa:00:01' name='vm1' ip='fd00::2'/>")
    }
}
