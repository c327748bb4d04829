import Foundation
import Logging
import Testing
import Wire

@testable import Libvirt

@Suite struct ErrorTests {
    @Test(arguments: [
        "qemu:///system", "qemu+tls://host2/system", "test:///default", "qemu+unix:///system?socket=/x/y",
    ])
    func acceptsURIs(_ text: String) throws {
        #expect(try HypervisorURI(text).description == text)
    }

    @Test(arguments: ["", "qemu", "qemu:", "://x", "1x:///", "qemu:///sys tem", "qemu:///\n", "qemü:///", "a_b:///x"])
    func refusesURIs(_ text: String) {
        #expect(throws: HypervisorURI.Invalid.self) { try HypervisorURI(text) }
    }

    @Test func saysThatNobodyListensAndWhatToDo() async throws {
        let hypervisor = LibvirtHypervisor(
            uri: try HypervisorURI("qemu+unix:///system?socket=/nonexistent/libvirt-sock"),
            logger: .silent
        )
        do {
            try await hypervisor.connect()
            Issue.record("connected to nobody")
        } catch let error as LibvirtError {
            #expect(error.code == .systemError)
            #expect(error.domain == 7)
            #expect(error.isConnectionLost)
            #expect("\(error)".contains("/nonexistent/libvirt-sock"))
            #expect("\(error)".contains("systemctl start libvirtd"))
        }
        #expect(!hypervisor.isConnected)
    }

    @Test func callsFailAtOnceWithoutAConnection() async throws {
        let hypervisor = LibvirtHypervisor(uri: .test, logger: .silent)
        await #expect {
            _ = try await hypervisor.statistics()
        } throws: { ($0 as? LibvirtError)?.isConnectionLost == true }
        try await hypervisor.connect()
        #expect(try await hypervisor.domains().map(\.name) == ["test"])
        hypervisor.close()
        await #expect {
            _ = try await hypervisor.domains()
        } throws: { ($0 as? LibvirtError)?.isConnectionLost == true }
    }

    @Test func carriesLibvirtsOwnWords() async throws {
        let hypervisor = LibvirtHypervisor(uri: .test, logger: .silent)
        try await hypervisor.connect()
        do {
            _ = try await hypervisor.domain(uuid: "00000000-0000-4000-8000-000000000000")
        } catch let error as LibvirtError {
            #expect(error.code == .noDomain)
            #expect(error.domain == 12)
            #expect(error.message.hasPrefix("Domain not found"))
            #expect(error.operation.contains("virDomainLookupByUUIDString"))
            #expect(error.hypervisor == .test)
            #expect(!error.isConnectionLost)
        }
    }

    @Test(arguments: [
        (38, "Failed to connect socket to '/run/x': Permission denied", "libvirt group"),
        (38, "Failed to connect socket to '/run/x': No such file or directory", "systemctl start libvirtd"),
        (38, "Failed to connect socket to '/run/x': Connection refused", "systemctl start libvirtd"),
        (45, "authentication failed: access denied by policy", "polkit"),
        (55, "Requested operation is not valid: network 'default' is not active", "virsh net-start"),
        (42, "Domain not found", "virsh list"),
        (1, "qemu unexpectedly closed the monitor: load of migration failed: Invalid argument", "--force-boot"),
        (9, "operation failed: failed to read domain XML", "--force-boot"),
        (9, "libvirt_iohelper: failure with c.save: Unable to write c.save: No space left on device", "full"),
        (49, "Storage pool not found", "pool-list"),
        (50, "Storage volume not found", "pool-refresh"),
        (55, "Requested operation is not valid: storage pool 'x' is not active", "pool-start"),
        (90, "storage volume 'x' exists already", "vol-delete"),
    ])
    func namesTheRemedy(_ code: Int, _ message: String, _ remedy: String) {
        let error = LibvirtError(code: .init(rawValue: code), domain: 7, message: message, operation: "x")
        #expect(error.description.contains(remedy))
    }

    @Test func hidesWhatMustNotBeQuoted() {
        let error = LibvirtError(
            code: .xmlError,
            message: "near <entry>x=s3&amp;cret</entry> or s3&cret",
            operation: "x"
        )
        #expect(error.hiding(["s3&cret", ""]).message == "near <entry>x=…</entry> or …")
    }

    @Test func unknownCodesHaveABoundedLabel() {
        #expect(LibvirtError.Code(rawValue: 9999).description == "other")
    }
}
