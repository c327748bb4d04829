import Autoscaling
import Foundation
import Libvirt
import TestSupport
import Testing
import Wire

@testable import Lifecycle

/// Where the browser tests (`provisioning/dev/browser-test`) find a controller: a real one, over a hypervisor and
/// agents in memory whose loads move.
///
/// It plays only when `CMS_STAGE` names a folder. It takes what to do from files there: `load`, a percentage for
/// vm1; `restart`, to stop and start the controller; `end`. It answers with `ready`.
extension SocketTests {
    @Suite("The stage of the browser tests", .enabled(if: ProcessInfo.processInfo.environment["CMS_STAGE"] != nil))
    struct DashboardStage {
        static let environment = ProcessInfo.processInfo.environment
        static let directory = environment["CMS_STAGE"]
        private static let longest = Duration.seconds(170)

        @Test("plays until it is told to end")
        func play() async throws {
            let directory = try #require(Self.directory)
            let port = try #require(Self.environment["CMS_STAGE_PORT"].flatMap { Int($0) })
            try await withGroup { lab in
                lab.interval = .milliseconds(500)
                lab.historySize = 16 << 20
                lab.web = HostPort(host: "127.0.0.1", port: port)
                lab.webTokenFile = "\(directory)/token"
                lab.group = { $0.policy.schedules = [Schedule(cron: "* * * * *", min: 1, max: 3)] }
            } _: { group in
                var controller = try await group.lab.start()
                group.guests.set(group.vm1) { $0.requestsPerSecond = 12 }
                let deadline = ContinuousClock.now + Self.longest
                var demand = 35.0
                var beat = 0.0
                while ContinuousClock.now < deadline, !Self.take("end") {
                    if let text = Self.content("load"), let number = Double(text) { demand = number }
                    if Self.take("restart") {
                        await controller.stop()
                        controller = try await group.lab.start(port: controller.port)
                    }
                    beat += 0.5
                    Self.spread(demand + 6 * sin(beat), over: group)
                    Self.write("ready")
                    try await Task.sleep(for: .milliseconds(500))
                }
                await controller.stop()
            }
        }

        /// Gives each instance that runs its share of the demand.
        private static func spread(_ demand: Double, over group: Group) {
            let running = group.ids.filter { group.guests.agent($0)?.url != nil }
            for (index, id) in running.enumerated() {
                let busy = min(100, max(0, demand / Double(running.count) + Double(index) * 2))
                group.hypervisor.setLoad(busy, of: id)
                group.guests.set(id) { behaviour in
                    behaviour.busy = max(0, busy - 4)
                    behaviour.requestsPerSecond = busy / 4
                }
            }
        }

        private static func content(_ name: String) -> String? {
            FileManager.default.contents(atPath: "\(directory ?? "")/\(name)")
                .map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines) }
        }

        private static func take(_ name: String) -> Bool {
            (try? FileManager.default.removeItem(atPath: "\(directory ?? "")/\(name)")) != nil
        }

        private static func write(_ name: String) {
            _ = FileManager.default.createFile(atPath: "\(directory ?? "")/\(name)", contents: nil)
        }
    }
}
