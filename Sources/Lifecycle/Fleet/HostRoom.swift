import Wire

/// What the host has left for domains that are to be started: a value, taken at one look.
package struct HostRoom: Sendable, Hashable {
    /// What one domain takes of the host while it runs.
    package struct Need: Sendable, Hashable {
        /// Memory, bytes.
        package var memory: UInt64
        /// vCPUs.
        package var vCPUs: Int

        /// A need.
        package init(memory: UInt64, vCPUs: Int) {
            self.memory = memory
            self.vCPUs = vCPUs
        }
    }

    /// Memory that new domains could get, bytes; `nil` when that is unknown.
    package var memoryAvailable: UInt64?
    /// Memory that is to stay free, bytes.
    package var memoryKept: UInt64
    /// The most vCPUs that domains may have together.
    package var vCPULimit: Int
    /// vCPUs of the domains that run.
    package var vCPUsInUse: Int
    /// What is promised to domains whose start is ordered and that do not run yet, by UUID.
    package private(set) var promised: [String: Need]
    private var promisedMemory: UInt64
    private var promisedVCPUs: Int

    /// Room on a host of which nothing more is known than this.
    package init(
        memoryAvailable: UInt64?,
        memoryKept: UInt64 = 0,
        vCPULimit: Int = .max,
        vCPUsInUse: Int = 0,
        promised: [String: Need] = [:]
    ) {
        self.memoryAvailable = memoryAvailable
        self.memoryKept = memoryKept
        self.vCPULimit = vCPULimit
        self.vCPUsInUse = vCPUsInUse
        self.promised = promised
        promisedMemory = promised.values.reduce(0) { $0.addingCapped($1.memory) }
        promisedVCPUs = promised.values.reduce(0) { $0.addingCapped(max(0, $1.vCPUs)) }
    }

    /// Memory that is neither kept nor promised, bytes; `nil` when that is unknown.
    package var memoryFree: UInt64? {
        memoryAvailable.map { available in
            let taken = memoryKept.addingCapped(promisedMemory)
            return available > taken ? available - taken : 0
        }
    }

    /// vCPUs that are neither in use nor promised.
    var vCPUsFree: Int { max(0, vCPULimit - min(vCPULimit, vCPUsInUse.addingCapped(promisedVCPUs))) }

    /// How many domains that need `need` each could be started.
    package func count(of need: Need) -> Int {
        let byCPU = vCPUsFree / max(1, need.vCPUs)
        guard let memoryFree else { return byCPU }
        return min(byCPU, Int(clamping: memoryFree / max(1, need.memory)))
    }

    /// What a domain that needs `need` lacks; `nil` when it fits.
    package func shortage(for need: Need) -> HostShortage? {
        guard count(of: need) < 1 else { return nil }
        return HostShortage(need: need, room: self)
    }

    /// Promises `need` to a domain. What was promised to it before no longer counts.
    package mutating func promise(_ need: Need, to uuid: String) {
        withdraw(uuid)
        promised[uuid] = need
        promisedMemory = promisedMemory.addingCapped(need.memory)
        promisedVCPUs = promisedVCPUs.addingCapped(max(0, need.vCPUs))
    }

    /// Takes back what was promised to a domain.
    mutating func withdraw(_ uuid: String) {
        guard let need = promised.removeValue(forKey: uuid) else { return }
        promisedMemory -= min(promisedMemory, need.memory)
        promisedVCPUs -= min(promisedVCPUs, max(0, need.vCPUs))
    }
}

/// Why a domain cannot be started on a host now: what it needs and what is free.
package struct HostShortage: Sendable, Hashable, CustomStringConvertible {
    /// What the domain needs.
    package var need: HostRoom.Need
    /// What the host had when that was found.
    package var room: HostRoom

    /// `needs 2 GiB of memory; the host has 1.5 GiB available and keeps 512 MiB of it free (memory-reserve)`.
    package var description: String {
        if let available = room.memoryAvailable, let free = room.memoryFree, free < need.memory {
            let promised = room.promised.values.reduce(UInt64(0)) { $0.addingCapped($1.memory) }
            let starting = promised > 0 ? "; \(ByteText.rounded(promised)) are promised to domains that start" : ""
            return "needs \(ByteText.rounded(need.memory)) of memory; the host has \(ByteText.rounded(available)) "
                + "available and keeps \(ByteText.rounded(room.memoryKept)) free (memory-reserve)" + starting
        }
        let used = room.vCPULimit - min(room.vCPULimit, room.vCPUsFree)
        return "needs \(need.vCPUs) vCPUs; \(used) of the \(room.vCPULimit) that the host may give "
            + "(vcpu-overcommit) are in use"
    }
}

extension FixedWidthInteger {
    /// The sum, or the largest number where it would be larger.
    fileprivate func addingCapped(_ other: Self) -> Self {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}
