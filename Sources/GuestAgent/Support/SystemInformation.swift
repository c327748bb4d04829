#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#endif

/// What the kernel says about this machine.
package enum SystemInformation {
    /// The number of vCPUs that are online; at least 1.
    package static var onlineCPUs: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }

    /// The host name, or `localhost` when there is none.
    package static var hostname: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return name.isEmpty ? "localhost" : name
    }

    /// The kernel's id of this boot; `nil` when it cannot be read.
    package static var bootID: String? { SmallFile.text(at: "/proc/sys/kernel/random/boot_id", limit: 64) }

    /// The DMI product UUID in lower case, which is the libvirt domain's UUID; `nil` when it cannot be read.
    package static var productUUID: String? {
        SmallFile.text(at: "/sys/class/dmi/id/product_uuid", limit: 64)?.lowercased()
    }
}

/// Small text files of the kernel, of systemd and of our own.
package enum SmallFile {
    /// The first `limit` bytes of a file; `nil` when it cannot be read.
    package static func bytes(at path: String, limit: Int) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let got = bytes.withUnsafeMutableBytes {
                read(descriptor, $0.baseAddress?.advanced(by: count), limit - count)
            }
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { return nil }
            guard got > 0 else { break }
            count += got
        }
        return Array(bytes.prefix(count))
    }

    /// The text of a file of at most `limit` bytes without blanks around it; `nil` when it is empty or unreadable.
    package static func text(at path: String, limit: Int) -> String? {
        guard let bytes = bytes(at: path, limit: limit) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        let isBlank: (Character) -> Bool = { $0.isWhitespace || $0 == "\0" }
        guard let first = text.firstIndex(where: { !isBlank($0) }), let last = text.lastIndex(where: { !isBlank($0) })
        else { return nil }
        return String(text[first...last])
    }
}
