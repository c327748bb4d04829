#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// Tells systemd about the state of this process, in the datagrams that sd_notify(3) describes.
///
/// Without `$NOTIFY_SOCKET`, that is outside a unit with `Type=notify`, every call does nothing.
public struct SystemdNotifier: Sendable {
    /// One assignment of a notification.
    public enum Message: Sendable, Equatable {
        /// The start is complete.
        case ready
        /// The process is about to end.
        case stopping
        /// The process is alive.
        case watchdog
        /// What the process is doing, in one line, for `systemctl status`.
        case status(String)

        /// The assignment as systemd reads it.
        public var assignment: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let text): "STATUS=" + String(text.map { $0.isNewline ? " " : $0 })
            }
        }
    }

    /// The path of the socket; one in the abstract name space begins with `@`.
    ///
    /// `nil` outside systemd.
    public let socketPath: String?
    /// The time within which systemd wants to hear `watchdog`; `nil` when the unit has no watchdog.
    public let watchdogTimeout: Duration?

    /// A notifier from the variables that systemd sets: `NOTIFY_SOCKET`, `WATCHDOG_USEC` and `WATCHDOG_PID`.
    ///
    /// - Parameters:
    ///   - environment: The environment of the process.
    ///   - processID: The process's own id: a watchdog meant for another process is left alone.
    public init(
        environment: [String: String] = ProcessInfo.processInfo.environment,
        processID: Int32 = getpid()
    ) {
        let path = environment["NOTIFY_SOCKET"].flatMap { $0.hasPrefix("/") || $0.hasPrefix("@") ? $0 : nil }
        self.socketPath = path
        let isMeant = environment["WATCHDOG_PID"].map { $0 == String(processID) } ?? true
        let microseconds = environment["WATCHDOG_USEC"].flatMap(Int64.init) ?? 0
        self.watchdogTimeout = path != nil && isMeant && microseconds > 0 ? .microseconds(microseconds) : nil
    }

    /// Sends the messages in one datagram.
    ///
    /// A failure is only reported: a program does not end for it.
    ///
    /// - Returns: Whether systemd's socket took the datagram; `false` also outside systemd.
    @discardableResult
    public func send(_ messages: Message...) -> Bool {
        guard let socketPath, var address = Self.address(of: socketPath) else { return false }
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        let text = messages.map(\.assignment).joined(separator: "\n")
        let length = socklen_t(MemoryLayout<sa_family_t>.size + socketPath.utf8.count)
        let sent = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Array(text.utf8).withUnsafeBytes { bytes in
                    sendto(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL), generic, length)
                }
            }
        }
        return sent == text.utf8.count
    }

    /// The socket address of `path`; `nil` when it does not fit.
    ///
    /// A leading `@` stands for the abstract name space.
    private static func address(of path: String) -> sockaddr_un? {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        guard !bytes.isEmpty, bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return nil }
        if bytes[0] == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return address
    }
}
