import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Starts a domain, or starts it paused; the latter not every driver can.
    public func start(uuid: String, paused: Bool) async throws {
        let isReached: @Sendable (DomainState) -> Bool = { paused ? $0 == .paused : $0.isRunning }
        try await change(uuid, "virDomainCreateWithFlags", isReached, from: { !$0.isActive }) { domain in
            virDomainCreateWithFlags(domain, paused ? VIR_DOMAIN_START_PAUSED.rawValue : 0)
        }
    }

    /// Pauses a running domain.
    public func suspend(uuid: String) async throws {
        try await change(uuid, "virDomainSuspend", { $0 == .paused }, from: \.isActive) { virDomainSuspend($0) }
    }

    /// Lets a paused domain run.
    public func resume(uuid: String) async throws {
        try await change(uuid, "virDomainResume", \.isRunning, from: \.isActive) { virDomainResume($0) }
    }

    /// Presses the power button.
    public func shutdown(uuid: String) async throws {
        let isReached: @Sendable (DomainState) -> Bool = { !$0.isActive || $0 == .shuttingDown }
        try await change(uuid, "virDomainShutdown", isReached, from: \.isActive) { virDomainShutdown($0) }
    }

    /// Stops a domain the hard way.
    public func destroy(uuid: String) async throws {
        try await change(uuid, "virDomainDestroy", { !$0.isActive }, from: \.isActive) { virDomainDestroy($0) }
    }

    /// Makes a call that changes the state.
    ///
    /// Nothing is done where the domain is in the wanted state, and a failure is forgiven where somebody else brought it
    /// there meanwhile. From a state that does not allow the change the same error comes from every driver.
    private func change(
        _ uuid: String,
        _ operation: String,
        _ isReached: @escaping @Sendable (DomainState) -> Bool,
        from isAllowed: @escaping @Sendable (DomainState) -> Bool,
        _ body: @escaping @Sendable (virDomainPtr) -> CInt
    ) async throws {
        try await call(.operation, "\(operation)(\(uuid))") { [uri] session in
            let domain = try session.connection.domain(uuid)
            let state = try domain.state()
            if isReached(state) { return }
            guard isAllowed(state) else {
                throw LibvirtError(
                    code: .operationInvalid,
                    message: "the domain is \(state)",
                    operation: "\(operation)(\(domain.name))",
                    hypervisor: uri
                )
            }
            do {
                try session.connection.check(body(domain.pointer), "\(operation)(\(domain.name))")
            } catch let error as LibvirtError where !error.isConnectionLost {
                guard let state = try? domain.state(), isReached(state) else { throw error }
            }
        }
    }
}
