import BlockingCalls
import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// Saves and stops a domain; libvirt says "saved" in the event.
    package func managedSave(uuid: String) async throws {
        try await call(.save, "virDomainManagedSave(\(uuid))") { session in
            let domain = try session.connection.domain(uuid)
            func isSaved() throws -> Bool { try !domain.state().isActive && domain.hasManagedSave() }
            if try isSaved() { return }
            do {
                // Whatever it was: a start has to give a running domain, a paused start a paused one.
                let flags = VIR_DOMAIN_SAVE_RUNNING.rawValue
                try CallPermit.check("virDomainManagedSave(\(domain.name))")
                let result = virDomainManagedSave(domain.pointer, flags)
                try session.connection.check(result, "virDomainManagedSave(\(domain.name))")
            } catch let error as LibvirtError where !error.isConnectionLost {
                guard (try? isSaved()) == true else { throw error }
            }
        }
    }

    /// Deletes the image, whether the domain is active or not.
    package func removeManagedSave(uuid: String) async throws {
        try await call(.operation, "virDomainManagedSaveRemove(\(uuid))") { session in
            try session.connection.domain(uuid).removeManagedSave()
        }
    }

    /// How long a start may take: one that reads the guest's memory from disk takes longer.
    func startTimeout(uuid: String) async throws -> Duration {
        let isSaved = try await call(.operation, "virDomainHasManagedSaveImage(\(uuid))") { session in
            try session.connection.domain(uuid).hasManagedSave()
        }
        return isSaved ? max(configuration.saveTimeout, configuration.operationTimeout) : configuration.operationTimeout
    }
}

extension DomainHandle {
    /// Starts the domain, from its managed save if there is one that may be used.
    func start(paused: Bool, fresh: Bool) throws(LibvirtError) {
        let pausedFlag = VIR_DOMAIN_START_PAUSED.rawValue
        let isBoot = fresh ? true : try hasOutlivedManagedSave()
        if isBoot { return try boot(flags: paused ? pausedFlag : 0) }
        guard try hasManagedSave() else { return try create(flags: paused ? pausedFlag : 0) }
        if paused {
            try create(flags: pausedFlag)
        } else {
            // libvirt's simulation cannot start a domain paused, nor does it restore anything.
            try connection.withOptionalFlags(pausedFlag, name: "restore") { flags throws(LibvirtError) in
                try create(flags: flags)
            }
        }
        try removeManagedSave()
        // The image may say "paused" if it was not made here.
        if !paused, try state() == .paused {
            try CallPermit.check("virDomainResume(\(name))")
            try connection.check(virDomainResume(pointer), "virDomainResume(\(name))")
        }
    }

    /// Whether the domain has run since its managed save was made, so that its disks no longer fit.
    private func hasOutlivedManagedSave() throws(LibvirtError) -> Bool {
        guard let reason = try shutOffReason(), try hasManagedSave() else { return false }
        let fitting = [VIR_DOMAIN_SHUTOFF_UNKNOWN, VIR_DOMAIN_SHUTOFF_SAVED, VIR_DOMAIN_SHUTOFF_FAILED]
        return !fitting.contains { Int($0.rawValue) == reason }
    }

    /// Starts without the managed save.
    private func boot(flags: UInt32) throws(LibvirtError) {
        let forced = VIR_DOMAIN_START_FORCE_BOOT.rawValue
        guard try hasManagedSave() else { return try create(flags: flags) }
        try connection.withOptionalFlags(forced, name: "boot") { extra throws(LibvirtError) in
            if extra == 0 { try removeManagedSave() }
            try create(flags: flags | extra)
        }
    }

    private func create(flags: UInt32) throws(LibvirtError) {
        try CallPermit.check("virDomainCreateWithFlags(\(name))")
        try connection.check(virDomainCreateWithFlags(pointer, flags), "virDomainCreateWithFlags(\(name))")
    }
}
