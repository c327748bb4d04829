import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Starts a domain, or starts it paused; the latter not every driver can.
    package func start(uuid: String, paused: Bool) async throws {
        try await start(uuid: uuid, paused: paused, fresh: false)
    }

    /// Boots a domain, or boots it paused; the latter not every driver can.
    package func startFresh(uuid: String, paused: Bool) async throws {
        try await start(uuid: uuid, paused: paused, fresh: true)
    }

    private func start(uuid: String, paused: Bool, fresh: Bool) async throws {
        let isReached: @Sendable (DomainState) -> Bool = { paused ? $0 == .paused : $0.isRunning }
        let limit = try await startTimeout(uuid: uuid)
        try await change(uuid, "virDomainCreateWithFlags", isReached, from: { !$0.isActive }, limit: limit) { domain in
            try domain.start(paused: paused, fresh: fresh)
        }
    }

    /// Pauses a running domain.
    package func suspend(uuid: String) async throws {
        try await change(uuid, "virDomainSuspend", { $0 == .paused }, from: \.isActive) { domain in
            try CallPermit.check("virDomainSuspend(\(domain.name))")
            try domain.connection.check(virDomainSuspend(domain.pointer), "virDomainSuspend(\(domain.name))")
        }
    }

    /// Lets a paused domain run.
    package func resume(uuid: String) async throws {
        try await change(uuid, "virDomainResume", \.isRunning, from: \.isActive) { domain in
            // One that an interrupted restore left behind: the guest must never run beside it.
            try domain.removeManagedSave()
            try CallPermit.check("virDomainResume(\(domain.name))")
            try domain.connection.check(virDomainResume(domain.pointer), "virDomainResume(\(domain.name))")
        }
    }

    /// Presses the power button.
    package func shutdown(uuid: String) async throws {
        let isReached: @Sendable (DomainState) -> Bool = { !$0.isActive || $0 == .shuttingDown }
        try await change(uuid, "virDomainShutdown", isReached, from: \.isActive) { domain in
            try CallPermit.check("virDomainShutdown(\(domain.name))")
            try domain.connection.check(virDomainShutdown(domain.pointer), "virDomainShutdown(\(domain.name))")
        }
    }

    /// Stops a domain the hard way, in the run of that number.
    package func destroy(uuid: String, run: Int?) async throws {
        try await change(uuid, "virDomainDestroy", { !$0.isActive }, from: \.isActive) { domain in
            // Looked up just now, not when the order was given.
            if let run, let present = domain.id, present != run { return }
            try CallPermit.check("virDomainDestroy(\(domain.name))")
            try domain.connection.check(virDomainDestroy(domain.pointer), "virDomainDestroy(\(domain.name))")
        }
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
        limit: Duration? = nil,
        _ body: @escaping @Sendable (DomainHandle) throws -> Void
    ) async throws {
        try await call(.operation, "\(operation)(\(uuid))", limit: limit) { [uri] session in
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
                try body(domain)
            } catch let error as LibvirtError where !error.isConnectionLost {
                guard let state = try? domain.state(), isReached(state) else { throw error }
            }
        }
    }
}
