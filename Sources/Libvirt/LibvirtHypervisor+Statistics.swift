import BlockingCalls
import CLibvirt
import Foundation
import Synchronization

extension LibvirtHypervisor {
    /// The counters of all active domains in one call, past guests that hang.
    ///
    /// A domain that is busy with something else reports what can be had without waiting. libvirt holds the lock of the
    /// guest that a call waits for, so the next call passes over that guest. With
    /// ``ConnectionHandle/bulkCallLimit`` calls left behind only what no QEMU is asked for is read: state and CPU.
    package func statistics(patience: Duration) async throws -> StatisticsReading {
        do {
            return try await bulkCall(givingUp: min(patience, configuration.queryTimeout))
        } catch is BlockingWorkers.DeadlineExceeded {
            return try await bulkCall(givingUp: nil)
        }
    }

    private func bulkCall(givingUp: Duration?) async throws -> StatisticsReading {
        try await call(.statistics, "virConnectGetAllDomainStats", givingUp: givingUp) { session in
            let behind = session.bulkCalls.withLock { calls in
                calls += 1
                return calls - 1
            }
            defer { session.bulkCalls.withLock { $0 -= 1 } }
            return try session.connection.statistics(behind: behind)
        }
    }
}

extension ConnectionHandle {
    /// Bulk calls that may be left behind before none goes out any more that could hang, too.
    static let bulkCallLimit = BlockingWorkers.statisticsThreads - 1
    /// For how long a guest's QEMU has not answered when it is named.
    private static let hangTime: UInt64 = 2_000

    /// - Parameter behind: Earlier calls that have not returned.
    func statistics(behind: Int) throws(LibvirtError) -> StatisticsReading {
        let isSafe = behind >= Self.bulkCallLimit
        let groups =
            [VIR_DOMAIN_STATS_STATE, VIR_DOMAIN_STATS_CPU_TOTAL]
            + (isSafe ? [] : [VIR_DOMAIN_STATS_VCPU, VIR_DOMAIN_STATS_BALLOON])
        let mask = groups.reduce(0) { $0 | $1.rawValue }
        let active = VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE.rawValue
        let flags = VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT.rawValue
        return try withOptionalFlags(flags, name: "statistics without waiting") { flags throws(LibvirtError) in
            var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
            let before = MeasurementTime.now()
            let count = try check(
                virConnectGetAllDomainStats(pointer, mask, &records, active | flags),
                "virConnectGetAllDomainStats"
            )
            let time = before.advanced(by: before.instant.duration(to: .now) / 2)
            // Frees the records, their parameters and their domains.
            defer { virDomainStatsRecordListFree(records) }
            guard let records else { return StatisticsReading(domains: []) }
            var reading = StatisticsReading(domains: [])
            for index in 0..<Int(count) {
                guard let record = records[index]?.pointee else { continue }
                let statistics = DomainStatistics(record: record, at: time)
                reading.domains.append(statistics)
                // Its resident memory is read in the same breath as QEMU is asked, so one that has it was not passed over.
                // Who waits for it may be another program: then no call of ours is left behind.
                guard statistics.residentMemory == nil, hangs(record.dom) else { continue }
                reading.unanswering.insert(statistics.uuid)
            }
            reading.domains.sort { $0.name < $1.name }
            return reading
        }
    }

    /// Whether the domain's QEMU owes an answer for too long. Asks libvirt alone, not the guest.
    private func hangs(_ domain: virDomainPtr?) -> Bool {
        var information = virDomainControlInfo()
        guard let domain, virDomainGetControlInfo(domain, &information, 0) == 0 else { return false }
        return information.state == VIR_DOMAIN_CONTROL_OCCUPIED.rawValue && information.stateTime >= Self.hangTime
    }
}

extension DomainStatistics {
    /// Copies a record that libvirt owns.
    init(record: virDomainStatsRecord, at time: MeasurementTime) {
        var values: [String: UInt64] = [:]
        for index in 0..<Int(max(0, record.nparams)) {
            guard let parameter = record.params?.advanced(by: index) else { break }
            var value: UInt64 = 0
            if cms_parameter_unsigned(parameter, &value) {
                values[String(cString: cms_parameter_name(parameter))] = value
            }
        }
        let name = record.dom.flatMap { virDomainGetName($0) }.map { String(cString: $0) } ?? ""
        self.init(uuid: record.dom.map { uuidString(ofDomain: $0) } ?? "", name: name, at: time, values: values)
    }

    /// Reads libvirt's named values (`state.state`, `cpu.time`, `vcpu.N.time`, `balloon.current`, …).
    init(uuid: String, name: String, at time: MeasurementTime, values: [String: UInt64]) {
        var vcpus: [Int: VirtualCPU] = [:]
        for (key, value) in values {
            let parts = key.split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0] == "vcpu", let number = Int(parts[1]), number >= 0 else { continue }
            var vcpu = vcpus[number] ?? VirtualCPU(number: number)
            switch parts[2] {
            case "state": vcpu.state = Int(exactly: value)
            case "time": vcpu.time = value
            case "wait": vcpu.wait = value
            case "delay": vcpu.delay = value
            default: continue
            }
            vcpus[number] = vcpu
        }
        // Balloon values come in KiB.
        func bytes(_ key: String) -> UInt64? {
            values[key].flatMap { kib in
                let (bytes, overflow) = kib.multipliedReportingOverflow(by: 1024)
                return overflow ? nil : bytes
            }
        }
        self.init(
            uuid: uuid,
            name: name,
            measuredAt: time,
            state: values["state.state"].flatMap { Int(exactly: $0) }.map { DomainState(number: $0) },
            cpuTime: values["cpu.time"],
            vcpuCount: values["vcpu.current"].flatMap { Int(exactly: $0) },
            vcpus: vcpus.values.sorted { $0.number < $1.number },
            balloonCurrent: bytes("balloon.current"),
            balloonMaximum: bytes("balloon.maximum"),
            residentMemory: bytes("balloon.rss")
        )
    }
}
