import Foundation
import Libvirt
import Lifecycle
import Persistence
import Shared
import Wire

/// Does to domains what the fleet asks for, and gives each that boots what its agent needs to enroll: a fresh token, the
/// controller's address, the authority's hash.
package struct DomainOperator: Sendable {
    private let hypervisor: any Hypervisor
    private let store: any Store
    private let group: String
    private let controllerAddress: @Sendable (_ uuid: String) async throws -> String
    private let controllers: @Sendable () -> [String]
    private let authorityHash: String
    private let tokenLifetime: @Sendable () -> Duration
    private let hasAgents: Bool

    /// An operator.
    ///
    /// - Parameters:
    ///   - hypervisor: Where the domains are.
    ///   - store: Where the token's hash goes before the domain starts.
    ///   - group: The group's name, which goes into the domain's metadata.
    ///   - controllerAddress: `address:port` as the guest of that UUID reaches it; asked at each start.
    ///   - controllers: All controllers as guests reach them; empty where there is one only.
    ///   - authorityHash: The fingerprint that agents pin.
    ///   - tokenLifetime: How long the token can be used; asked at each start, since a reload may change it.
    ///   - hasAgents: Whether an agent of ours is in the guests. Without one nothing secret goes into a domain.
    package init(
        hypervisor: any Hypervisor,
        store: any Store,
        group: String,
        controllerAddress: @escaping @Sendable (_ uuid: String) async throws -> String,
        controllers: @escaping @Sendable () -> [String] = { [] },
        authorityHash: String,
        tokenLifetime: @escaping @Sendable () -> Duration,
        hasAgents: Bool = true
    ) {
        self.hypervisor = hypervisor
        self.store = store
        self.group = group
        self.controllerAddress = controllerAddress
        self.controllers = controllers
        self.authorityHash = authorityHash
        self.tokenLifetime = tokenLifetime
        self.hasAgents = hasAgents
    }

    /// Boots the domain; a memory image it may have is discarded.
    ///
    /// - Parameter told: Called when the hypervisor is told to start it.
    package func start(uuid: String, at date: Date, told: () -> Void = {}) async throws {
        // This only prepares it: the time of the start does not begin with it.
        if hasAgents { try await giveCredentials(uuid, at: date) }
        try await record(uuid, at: date)
        told()
        try await hypervisor.startFresh(uuid: uuid)
    }

    /// Writes into the domain's definition what its agent needs.
    private func giveCredentials(_ uuid: String, at date: Date) async throws {
        let token = JoinToken()
        try await store.addToken(
            JoinTokenRecord(hash: token.hash, uuid: uuid, expires: date.addingTimeInterval(tokenLifetime().seconds))
        )
        let first = try await controllerAddress(uuid)
        let others = controllers().filter { $0 != first }.prefix(WireLimits.controllers - 1)
        try await hypervisor.setCredentials(
            uuid: uuid,
            [
                Credential(name: "cms.join-token", value: token.secret),
                Credential(name: "cms.controller", value: first),
                // One from when there were several must not stay.
                Credential(
                    name: "cms.controllers",
                    value: others.isEmpty ? nil : ([first] + others).joined(separator: ",")
                ),
                Credential(name: "cms.ca-hash", value: authorityHash),
            ]
        )
    }

    /// Writes into the domain's metadata whose it is.
    private func record(_ uuid: String, at date: Date) async throws {
        var unfinished: String?
        try await hypervisor.updateRecord(uuid: uuid) { record in
            if let clone = record.clone, clone.uuid == uuid, clone.state != .ready { unfinished = uuid }
            record.group = group
            record.attributes["started"] = date.rfc3339
        }
        if let unfinished { throw CloneProblem.unfinished(unfinished) }
    }

    /// Pauses the domain or saves its memory.
    package func park(uuid: String, _ kind: StandbyKind) async throws {
        switch kind {
        case .paused: try await hypervisor.suspend(uuid: uuid)
        case .saved: try await hypervisor.managedSave(uuid: uuid)
        }
    }

    /// Lets the domain run again from where it was parked.
    package func resume(uuid: String, _ kind: StandbyKind) async throws {
        switch kind {
        case .paused: try await hypervisor.resume(uuid: uuid)
        case .saved: try await hypervisor.start(uuid: uuid)
        }
    }

    /// Removes the saved memory.
    package func discardImage(uuid: String) async throws {
        try await hypervisor.removeManagedSave(uuid: uuid)
    }

    /// Asks the guest to shut down.
    package func shutdown(uuid: String) async throws {
        try await hypervisor.shutdown(uuid: uuid)
    }

    /// Stops the domain the hard way, if it is still in that run; `nil`: whichever it is in.
    package func destroy(uuid: String, run: Int? = nil) async throws {
        try await hypervisor.destroy(uuid: uuid, run: run)
    }
}
