import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Starts a domain, or starts it paused.
    public func start(uuid: String, paused: Bool) async throws {
        try await change(uuid, "virDomainCreateWithFlags", unless: { paused ? $0 == .paused : $0.isRunning }) {
            domain in
            virDomainCreateWithFlags(domain, paused ? VIR_DOMAIN_START_PAUSED.rawValue : 0)
        }
    }

    /// Pauses a running domain.
    public func suspend(uuid: String) async throws {
        try await change(uuid, "virDomainSuspend", unless: { $0 == .paused }) { virDomainSuspend($0) }
    }

    /// Lets a paused domain run.
    public func resume(uuid: String) async throws {
        try await change(uuid, "virDomainResume", unless: { $0.isRunning }) { virDomainResume($0) }
    }

    /// Presses the power button.
    public func shutdown(uuid: String) async throws {
        try await change(uuid, "virDomainShutdown", unless: { !$0.isActive || $0 == .shuttingDown }) {
            virDomainShutdown($0)
        }
    }

    /// Stops a domain the hard way.
    public func destroy(uuid: String) async throws {
        try await change(uuid, "virDomainDestroy", unless: { !$0.isActive }) { virDomainDestroy($0) }
    }

    /// Makes a call that changes the state, and forgives its failure where the domain is in the wanted state: because it
    /// was before, or because somebody else brought it there first.
    private func change(
        _ uuid: String,
        _ operation: String,
        unless isReached: @escaping @Sendable (DomainState) -> Bool,
        _ body: @escaping @Sendable (virDomainPtr) -> CInt
    ) async throws {
        try await call(.operation, "\(operation)(\(uuid))") { session in
            let domain = try session.connection.domain(uuid)
            if isReached(try domain.state()) { return }
            do {
                try session.connection.check(body(domain.pointer), "\(operation)(\(domain.name))")
            } catch let error as LibvirtError where error.code == .operationInvalid {
                guard let state = try? domain.state(), isReached(state) else { throw error }
            }
        }
    }
}
