import Foundation
import Glibc
import Libvirt
import Testing

/// A QEMU that is stopped: a real libvirtd waits for it as long as it is.
@Suite(.serialized, .enabled(if: Implementation.labURI != nil), .timeLimit(.minutes(2))) struct HungDomainTests {
    /// The process of a domain's QEMU.
    private func process(of name: String) throws -> pid_t {
        let all = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }
        let found = all.first { pid in
            guard let text = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/cmdline")) else { return false }
            let words = text.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            return words.contains { $0.hasPrefix("guest=\(name),") }
        }
        return try #require(found, "no QEMU of \(name)")
    }

    @Test("the others are measured within the tick, the hung one is named, and all is as before when it goes on")
    func othersAreMeasured() async throws {
        try await Implementation.lab.withDomain { hypervisor, hung in
            try await Implementation.lab.withDomain { other, well in
                try await hypervisor.start(uuid: hung)
                try await other.start(uuid: well)
                let name = try await hypervisor.domain(uuid: hung).name
                let pid = try process(of: name)
                kill(pid, SIGSTOP)
                defer { kill(pid, SIGCONT) }
                let clock = ContinuousClock()
                var times: [Duration] = []
                var reading = StatisticsReading(domains: [])
                for _ in 0..<8 {
                    let start = clock.now
                    reading = try await hypervisor.statistics(patience: .milliseconds(300))
                    times.append(start.duration(to: clock.now))
                    #expect(reading.domains.first { $0.uuid == well }?.vcpus.first?.time != nil)
                    try await Task.sleep(for: .milliseconds(400))
                }
                print("bulk calls beside a stopped QEMU: \(times.map { "\($0)" }.joined(separator: ", "))")
                #expect(reading.unanswering == [hung])
                #expect(times.allSatisfy { $0 < .milliseconds(800) })
                #expect(hypervisor.isConnected)
                kill(pid, SIGCONT)
                try await Task.sleep(for: .milliseconds(500))
                let after = try await hypervisor.statistics(patience: .milliseconds(300))
                #expect(after.unanswering.isEmpty)
                #expect(after.domains.first { $0.uuid == hung }?.residentMemory != nil)
            }
        }
    }

    @Test("one for which another program waits is named, too: none of our own calls waits then")
    func anotherProgramWaits() async throws {
        try await Implementation.lab.withDomain { hypervisor, hung in
            try await hypervisor.start(uuid: hung)
            let name = try await hypervisor.domain(uuid: hung).name
            let pid = try process(of: name)
            kill(pid, SIGSTOP)
            defer { kill(pid, SIGCONT) }
            let other = Process()
            other.executableURL = URL(filePath: "/usr/bin/virsh")
            other.arguments = ["-q", "-c", try #require(Implementation.labURI), "domstats", "--balloon", name]
            other.standardOutput = FileHandle.nullDevice
            try other.run()
            defer { other.terminate() }
            try await Task.sleep(for: .seconds(3))
            let clock = ContinuousClock()
            let start = clock.now
            let reading = try await hypervisor.statistics(patience: .seconds(5))
            #expect(start.duration(to: clock.now) < .seconds(1))
            #expect(reading.unanswering.contains(hung))
        }
    }
}
