import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Defines a domain; validated against libvirt's schema where the driver can.
    package func define(xml: String) async throws -> String {
        try await call(.operation, "virDomainDefineXMLFlags") { try $0.connection.define(xml).uuid }
    }

    /// Removes a definition with its saved state and snapshot metadata.
    package func undefine(uuid: String, withFirmware: Bool) async throws {
        try await call(.operation, "virDomainUndefineFlags(\(uuid))") { session in
            let domain: DomainHandle
            do {
                domain = try session.connection.domain(uuid)
                guard try domain.isPersistent() else { return }
            } catch let error as LibvirtError where error.code == .noDomain {
                return
            }
            let usual = [VIR_DOMAIN_UNDEFINE_MANAGED_SAVE, VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA]
                .reduce(0) { $0 | $1.rawValue }
            let firmware = [VIR_DOMAIN_UNDEFINE_NVRAM, VIR_DOMAIN_UNDEFINE_TPM].reduce(0) { $0 | $1.rawValue }
            func undefine(_ flags: UInt32) throws(LibvirtError) {
                try CallPermit.check("virDomainUndefineFlags(\(domain.name))")
                _ = try session.connection.check(
                    virDomainUndefineFlags(domain.pointer, flags),
                    "virDomainUndefineFlags(\(domain.name))"
                )
            }
            // A driver without firmware (libvirt's simulation) or without TPM state (libvirt before 8.9) refuses the flag.
            guard withFirmware else { return try undefine(usual) }
            try session.connection.withOptionalFlags(firmware, name: "undefine") { flags throws(LibvirtError) in
                try undefine(usual | flags)
            }
        }
    }

    /// Edits the definition; a running domain sees it at its next start.
    package func setCredentials(uuid: String, _ credentials: [Credential]) async throws {
        try await call(.operation, "virDomainDefineXMLFlags(\(uuid))") { session in
            let domain = try session.connection.domain(uuid)
            let definition = try DomainXML(try domain.xml(VIR_DOMAIN_XML_SECURE, VIR_DOMAIN_XML_INACTIVE))
            try definition.setCredentials(credentials)
            do {
                _ = try session.connection.define(definition.text)
            } catch let error as LibvirtError {
                throw error.hiding(credentials.compactMap(\.value))
            }
        }
    }

    /// Sets or removes our element in the definition and in the running domain.
    package func setMetadata(uuid: String, xml: String?) async throws {
        let element = try xml.map { try DomainMetadata.element(from: $0) }
        try await call(.operation, "virDomainSetMetadata(\(uuid))") { session in
            try session.connection.domain(uuid).setMetadata(element)
        }
    }
}

extension ConnectionHandle {
    /// The definition as libvirt took it; the caller owns the reference.
    func define(_ xml: String) throws(LibvirtError) -> DomainHandle {
        let validate = VIR_DOMAIN_DEFINE_VALIDATE.rawValue
        return try withOptionalFlags(validate, name: "define") { flags throws(LibvirtError) in
            try CallPermit.check("virDomainDefineXMLFlags")
            let domain = try check(virDomainDefineXMLFlags(pointer, xml, flags), "virDomainDefineXMLFlags")
            return DomainHandle(owning: domain, of: self)
        }
    }
}

extension DomainHandle {
    func setMetadata(_ element: String?) throws(LibvirtError) {
        var flags: UInt32 = 0
        if try isPersistent() { flags |= VIR_DOMAIN_AFFECT_CONFIG.rawValue }
        if try state().isActive { flags |= VIR_DOMAIN_AFFECT_LIVE.rawValue }
        try CallPermit.check("virDomainSetMetadata(\(name))")
        let result = virDomainSetMetadata(
            pointer,
            CInt(VIR_DOMAIN_METADATA_ELEMENT.rawValue),
            element,
            DomainMetadata.key,
            DomainMetadata.namespace,
            flags
        )
        do {
            try connection.check(result, "virDomainSetMetadata(\(name))")
        } catch  where error.code == .noDomainMetadata && element == nil {
            return
        }
    }
}
