import Foundation
import Glibc

/// A file of lines that is turned over when it is full: `path` is written, `path.1` is the one before, and so on.
///
/// It is no ledger: what cannot be written is lost, and leaves no half line behind.
package struct RotatingFile {
    /// The size at which a file is turned over, bytes.
    package static let standardLimit = 32 << 20
    /// How many full files are kept besides the one that is written.
    package static let kept = 4

    private let path: String
    private let limit: Int
    private var descriptor: Int32 = -1
    private var size = 0
    private var openFailure: String?

    /// Appends to the file at `path`, which is opened when something is written.
    package init(path: String, limit: Int = RotatingFile.standardLimit) {
        self.path = path
        self.limit = limit
    }

    /// Opens the file when it is not open, and turns it over when there is no room for `count` bytes.
    ///
    /// - Returns: Whether the present file is another one than before.
    package mutating func makeRoom(for count: Int) -> Bool {
        guard descriptor < 0 || size + count > limit else { return false }
        if descriptor >= 0 { turnOver() }
        open()
        if size > 0, size + count > limit {
            turnOver()
            open()
        }
        return true
    }

    /// Writes a line.
    ///
    /// - Returns: Why it was not written; `nil` when it was.
    package mutating func append(_ line: [UInt8]) -> String? {
        if let openFailure { return openFailure }
        let written = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        if written == line.count {
            size += written
            return nil
        }
        let reason = String(cString: strerror(written < 0 ? errno : ENOSPC))
        if written > 0, ftruncate(descriptor, off_t(size)) != 0 { size += written }
        return reason
    }

    /// Closes the file.
    package mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    private mutating func turnOver() {
        close()
        for number in stride(from: Self.kept - 1, through: 1, by: -1) {
            rename("\(path).\(number)", "\(path).\(number + 1)")
        }
        rename(path, "\(path).1")
    }

    private mutating func open() {
        descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        openFailure = descriptor < 0 ? String(cString: strerror(errno)) : nil
        size = max(0, Int(lseek(descriptor, 0, SEEK_END)))
        guard size > 0 else { return }
        // A process that was killed while it wrote left a piece of a line: what comes now is a line of its own.
        var last: UInt8 = 0
        if pread(descriptor, &last, 1, off_t(size - 1)) == 1, last != 0x0A { _ = append([0x0A]) }
    }
}
