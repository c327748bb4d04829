import CLibvirt
import Foundation

extension LibvirtHypervisor {
    /// The counters of all active domains in one call.
    ///
    /// A domain that is busy with something else reports what can be had without waiting.
    package func statistics() async throws -> [DomainStatistics] {
        try await call(.query, "virConnectGetAllDomainStats") { try $0.connection.statistics() }
    }
}

extension ConnectionHandle {
    func statistics() throws(LibvirtError) -> [DomainStatistics] {
        let groups = [
            VIR_DOMAIN_STATS_STATE, VIR_DOMAIN_STATS_CPU_TOTAL, VIR_DOMAIN_STATS_VCPU, VIR_DOMAIN_STATS_BALLOON,
        ]
        .reduce(0) { $0 | $1.rawValue }
        let active = VIR_CONNECT_GET_ALL_DOMAINS_STATS_ACTIVE.rawValue
        let flags = VIR_CONNECT_GET_ALL_DOMAINS_STATS_NOWAIT.rawValue
        return try withOptionalFlags(flags, name: "statistics without waiting") { flags throws(LibvirtError) in
            var records: UnsafeMutablePointer<virDomainStatsRecordPtr?>?
            let before = MeasurementTime.now()
            let count = try check(
                virConnectGetAllDomainStats(pointer, groups, &records, active | flags),
                "virConnectGetAllDomainStats"
            )
            let time = before.advanced(by: before.instant.duration(to: .now) / 2)
            // Frees the records, their parameters and their domains.
            defer { virDomainStatsRecordListFree(records) }
            guard let records else { return [] }
            return (0..<Int(count)).compactMap { records[$0].map { DomainStatistics(record: $0.pointee, at: time) } }
                .sorted { $0.name < $1.name }
        }
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
