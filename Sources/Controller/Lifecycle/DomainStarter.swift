import Foundation
import Libvirt
import Shared

/// Starts a domain with what its agent needs to enroll: a fresh token, the controller's address, the authority's hash.
public struct DomainStarter: Sendable {
    private let hypervisor: any Hypervisor
    private let store: any Store
    private let controllerAddress: @Sendable () -> String
    private let authorityHash: String
    private let tokenLifetime: Duration

    /// A starter.
    ///
    /// - Parameters:
    ///   - hypervisor: Where the domains are.
    ///   - store: Where the token's hash goes before the domain starts.
    ///   - controllerAddress: `address:port` as guests reach it; asked at each start.
    ///   - authorityHash: The fingerprint that agents pin.
    ///   - tokenLifetime: How long the token can be used.
    public init(
        hypervisor: any Hypervisor,
        store: any Store,
        controllerAddress: @escaping @Sendable () -> String,
        authorityHash: String,
        tokenLifetime: Duration
    ) {
        self.hypervisor = hypervisor
        self.store = store
        self.controllerAddress = controllerAddress
        self.authorityHash = authorityHash
        self.tokenLifetime = tokenLifetime
    }

    /// Starts the domain.
    public func start(uuid: String, at date: Date) async throws {
        let token = JoinToken()
        try await store.addToken(
            JoinTokenRecord(hash: token.hash, uuid: uuid, expires: date.addingTimeInterval(tokenLifetime.seconds))
        )
        try await hypervisor.setCredentials(
            uuid: uuid,
            [
                Credential(name: "cms.join-token", value: token.secret),
                Credential(name: "cms.controller", value: controllerAddress()),
                Credential(name: "cms.ca-hash", value: authorityHash),
            ]
        )
        try await hypervisor.updateRecord(uuid: uuid) { $0.attributes["started"] = date.rfc3339 }
        try await hypervisor.start(uuid: uuid, paused: false)
    }

    /// Stops the domain the hard way.
    public func destroy(uuid: String) async throws {
        try await hypervisor.destroy(uuid: uuid)
    }
}
