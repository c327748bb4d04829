import BlockingCalls
import CLibvirt
import Foundation
import Synchronization

extension LibvirtHypervisor {
    /// All domains, by name.
    ///
    /// One that vanishes meanwhile is left out.
    package func domains() async throws -> [DomainInfo] {
        try await call(.query, "virConnectListAllDomains") { session in
            let transient = VIR_CONNECT_LIST_DOMAINS_TRANSIENT.rawValue
            let passing = Set(try session.connection.allDomains(transient).map(\.uuid))
            let managedSave = VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE.rawValue
            let saved = Set(try session.connection.allDomains(managedSave).map(\.uuid))
            let handles = try session.connection.allDomains()
            let domains = try handles.compactMap { domain -> DomainInfo? in
                do {
                    let uuid = domain.uuid
                    return try session.info(
                        domain,
                        isPersistent: !passing.contains(uuid),
                        hasManagedSave: saved.contains(uuid)
                    )
                } catch let error as LibvirtError where error.code == .noDomain {
                    return nil
                }
            }
            let present = Set(domains.map(\.uuid))
            session.summaries.withLock { $0 = $0.filter { present.contains($0.key) } }
            return domains.sorted { $0.name < $1.name }
        }
    }

    /// One domain.
    package func domain(uuid: String) async throws -> DomainInfo {
        try await call(.query, "virDomainLookupByUUIDString(\(uuid))") { session in
            let domain = try session.connection.domain(uuid)
            let hasManagedSave = try domain.hasManagedSave()
            return try session.info(domain, isPersistent: domain.isPersistent(), hasManagedSave: hasManagedSave)
        }
    }

    /// The XML of the running domain or of its definition.
    package func domainXML(uuid: String, inactive: Bool) async throws -> String {
        try await call(.query, "virDomainGetXMLDesc(\(uuid))") { session in
            let domain = try session.connection.domain(uuid)
            return inactive ? try domain.xml(VIR_DOMAIN_XML_INACTIVE, VIR_DOMAIN_XML_SECURE) : try domain.xml()
        }
    }

    /// Our element in the metadata: of the definition, or of the running domain where there is no definition.
    package func metadata(uuid: String) async throws -> String? {
        // Read on the way to a start, so not behind a bulk query, which waits for other domains that are starting.
        try await call(.operation, "virDomainGetMetadata(\(uuid))") { session in
            let domain = try session.connection.domain(uuid)
            do {
                return try domain.metadata()
            } catch let error as LibvirtError where error.code == .noDomainMetadata {
                return nil
            }
        }
    }
}

/// What a domain's XML says that `DomainInfo` shows, kept for as long as the XML stays the same.
struct DomainSummary: Sendable {
    let xml: String
    let vcpuCount: Int?
    let maxMemory: UInt64?
    let interfaces: [DomainInterface]
    let metadata: String?

    init(_ xml: String) throws(LibvirtError) {
        let parsed = try DomainXML(xml)
        self.xml = xml
        vcpuCount = parsed.vcpuCount
        maxMemory = parsed.maxMemory
        interfaces = parsed.interfaces
        metadata = parsed.metadata
    }
}

extension LibvirtSession {
    func info(
        _ domain: DomainHandle,
        isPersistent: Bool,
        hasManagedSave: Bool
    ) throws(LibvirtError) -> DomainInfo {
        let uuid = domain.uuid
        let xml = try domain.xml()
        let known = summaries.withLock { $0[uuid] }
        let summary: DomainSummary
        if let known, known.xml == xml {
            summary = known
        } else {
            summary = try DomainSummary(xml)
            summaries.withLock { $0[uuid] = summary }
        }
        return DomainInfo(
            uuid: uuid,
            name: domain.name,
            id: domain.id,
            state: try domain.state(),
            isPersistent: isPersistent,
            vcpuCount: summary.vcpuCount,
            maxMemory: summary.maxMemory,
            interfaces: summary.interfaces,
            hasManagedSave: hasManagedSave,
            metadata: summary.metadata
        )
    }
}

extension DomainHandle {
    func metadata() throws(LibvirtError) -> String {
        let part = try isPersistent() ? VIR_DOMAIN_AFFECT_CONFIG : VIR_DOMAIN_AFFECT_LIVE
        let element = VIR_DOMAIN_METADATA_ELEMENT.rawValue
        let text = virDomainGetMetadata(pointer, CInt(element), DomainMetadata.namespace, part.rawValue)
        return takeString(try connection.check(text, "virDomainGetMetadata(\(name))"))
    }
}
