/// One domain's part of a bulk statistics call.
///
/// What the driver did not report is nil, never zero.
package struct DomainStatistics: Hashable, Sendable {
    /// Canonical lower-case UUID.
    package var uuid: String
    /// The domain's name.
    package var name: String
    /// When the counters were read: the middle of the call.
    package var measuredAt: MeasurementTime
    /// The state.
    package var state: DomainState?
    /// CPU time in ns of the whole domain since its start, emulator threads included.
    package var cpuTime: UInt64?
    /// Online virtual CPUs.
    package var vcpuCount: Int?
    /// One entry for each vCPU that was reported, by number.
    package var vcpus: [VirtualCPU]
    /// Balloon in bytes: what the guest has now.
    package var balloonCurrent: UInt64?
    /// Balloon in bytes: what it may have.
    package var balloonMaximum: UInt64?
    /// Resident memory of the domain's process in bytes.
    package var residentMemory: UInt64?

    /// Counters of one virtual CPU since the start of the domain.
    package struct VirtualCPU: Hashable, Sendable {
        /// Its number, from 0.
        package var number: Int
        /// Offline 0, running 1, blocked 2 (`virVcpuState`).
        package var state: Int?
        /// Time in ns that it ran.
        package var time: UInt64?
        /// Time in ns that it waited for I/O.
        package var wait: UInt64?
        /// Time in ns that it could have run and the host did not run it (steal).
        package var delay: UInt64?

        /// Memberwise.
        package init(number: Int, state: Int? = nil, time: UInt64? = nil, wait: UInt64? = nil, delay: UInt64? = nil) {
            self.number = number
            self.state = state
            self.time = time
            self.wait = wait
            self.delay = delay
        }
    }

    /// Memberwise.
    package init(
        uuid: String,
        name: String,
        measuredAt: MeasurementTime,
        state: DomainState? = nil,
        cpuTime: UInt64? = nil,
        vcpuCount: Int? = nil,
        vcpus: [VirtualCPU] = [],
        balloonCurrent: UInt64? = nil,
        balloonMaximum: UInt64? = nil,
        residentMemory: UInt64? = nil
    ) {
        self.uuid = uuid
        self.name = name
        self.measuredAt = measuredAt
        self.state = state
        self.cpuTime = cpuTime
        self.vcpuCount = vcpuCount
        self.vcpus = vcpus
        self.balloonCurrent = balloonCurrent
        self.balloonMaximum = balloonMaximum
        self.residentMemory = residentMemory
    }
}
