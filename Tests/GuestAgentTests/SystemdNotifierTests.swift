import Foundation
import Glibc
import Shared
import Testing

@Suite("Notices to systemd")
struct SystemdNotifierTests {
    /// A datagram socket as systemd has it.
    private struct Receiver: ~Copyable {
        let descriptor: Int32

        init(path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(path.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, length) }
            }
            try #require(result == 0)
        }

        deinit { close(descriptor) }

        func next() -> String? {
            var buffer = [UInt8](repeating: 0, count: 512)
            let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }

    @Test("messages arrive in one datagram, over a path and over an abstract socket")
    func arrives() async throws {
        try await withTemporaryDirectory { directory in
            for path in ["\(directory)/notify", "@cms-notify-\(UUID().uuidString)"] {
                let receiver = try Receiver(path: path)
                let notifier = SystemdNotifier(environment: ["NOTIFY_SOCKET": path])
                #expect(notifier.send(.ready, .status("all\nis well")))
                #expect(receiver.next() == "READY=1\nSTATUS=all is well")
                #expect(notifier.send(.watchdog))
                #expect(receiver.next() == "WATCHDOG=1")
                #expect(receiver.next() == nil)
            }
        }
    }

    @Test("outside systemd, or with a socket that is not there, nothing happens")
    func nobodyListens() {
        #expect(!SystemdNotifier(environment: [:]).send(.ready))
        #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": ""]).send(.ready))
        #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": "relative"]).send(.ready))
        #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": "/nonexistent/notify"]).send(.ready))
        let long = "/" + String(repeating: "x", count: 200)
        #expect(!SystemdNotifier(environment: ["NOTIFY_SOCKET": long]).send(.ready))
    }

    @Test("the watchdog counts only when it is meant for this process")
    func watchdog() {
        func timeout(_ more: [String: String]) -> Duration? {
            let environment = ["NOTIFY_SOCKET": "/run/x"].merging(more) { $1 }
            return SystemdNotifier(environment: environment, processID: 42).watchdogTimeout
        }
        #expect(timeout(["WATCHDOG_USEC": "3000000"]) == .seconds(3))
        #expect(timeout(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "42"]) == .seconds(3))
        #expect(timeout(["WATCHDOG_USEC": "3000000", "WATCHDOG_PID": "43"]) == nil)
        #expect(timeout(["WATCHDOG_USEC": "x"]) == nil)
        #expect(timeout([:]) == nil)
    }
}
