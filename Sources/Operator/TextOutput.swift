import Foundation
import Glibc
import Synchronization

/// Standard output, where nobody may read any more.
package struct TextOutput: Sendable {
    /// Whoever read it has gone: there is nobody to print for.
    package struct Closed: Error, CustomStringConvertible {
        /// What happened.
        package let description = "standard output is closed"
    }

    private let descriptor: Int32
    /// Whether it is a terminal.
    package let isTerminal: Bool

    /// Standard output, or another descriptor.
    package init(descriptor: Int32 = 1) {
        self.descriptor = descriptor
        isTerminal = isatty(descriptor) == 1
    }

    /// Writes all of the text, at once.
    ///
    /// - Throws: ``Closed`` when nobody reads any more, and a `POSIXError` when it cannot be written.
    package func write(_ text: String) throws {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR || errno == EAGAIN { continue }
            guard count > 0 else {
                if errno == EPIPE { throw Closed() }
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
            }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Writes a line.
    package func line(_ text: String) throws { try write(text + "\n") }
}
