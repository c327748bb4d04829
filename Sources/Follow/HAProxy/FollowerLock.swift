#if canImport(Glibc)
import Glibc
#endif

/// Keeps two followers on this machine from working on the same servers: a name of the abstract socket name space, which
/// the system takes back when the process ends.
package final class FollowerLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock.
    ///
    /// - Parameter subject: What is locked, in words.
    /// - Returns: `nil` when another process has it.
    package init?(_ subject: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        // A name may have 107 bytes; the hash (FNV-1a) tells longer ones apart.
        let hash = subject.utf8.reduce(UInt64(0xcbf2_9ce4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        let name = [0] + Array("cms-client-follow/\(String(hash, radix: 16))/\(subject)".utf8.prefix(100))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
