import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A file or a stream that lines are appended to, each in one piece.
package final class LineFile: Sendable {
    /// A file could not be opened.
    package struct OpenFailure: Error, CustomStringConvertible {
        /// The file and the system's reason.
        package let description: String
    }

    private struct State {
        var failure: String?
    }

    private let descriptor: Int32
    private let name: String
    private let owns: Bool
    private let state = Mutex(State())

    /// Makes the file at `path` anew.
    package init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        name = path
        owns = true
        guard descriptor >= 0 else {
            throw OpenFailure(description: "cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// Writes to an open descriptor, which stays open.
    package init(descriptor: Int32, name: String) {
        self.descriptor = descriptor
        self.name = name
        owns = false
    }

    deinit {
        if owns, descriptor >= 0 { close(descriptor) }
    }

    /// What went wrong first, for example that the disk is full; lines after it are missing.
    package var failure: String? { state.withLock { $0.failure } }

    /// Appends a line.
    package func write(_ line: String) {
        writeRaw(line + "\n")
    }

    /// Appends text as it is.
    package func writeRaw(_ text: String) {
        var text = text
        // One writer at a time, or a line that the system takes in two pieces could be torn apart.
        state.withLock { state in
            guard state.failure == nil else { return }
            state.failure = text.withUTF8 { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let slice = UnsafeBufferPointer(rebasing: rest)
                    let count = Glibc.write(descriptor, slice.baseAddress, slice.count)
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return "cannot write \(name): \(String(cString: strerror(errno)))" }
                    rest = rest.dropFirst(count)
                }
                return nil
            }
        }
    }
}
