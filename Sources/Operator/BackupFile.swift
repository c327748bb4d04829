import Foundation
import Glibc
import NIOCore

/// A backup as it is written: a tar archive with the store and, where it can be read, the authority.
///
/// It is written beside its place and moved there when it is whole.
package final class BackupFile {
    /// Why there is no backup.
    package struct Failure: Error, CustomStringConvertible {
        /// What failed and the remedy.
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The name of the store in the archive, as in the state directory.
    static let storeName = "cms.sqlite"
    /// The name of a copy of a store in etcd: lines of JSON, as 'store migrate' reads them.
    static let copyName = "cms-store.jsonl"
    /// The media type of a store that is a database.
    static let databaseType = "application/vnd.sqlite3"
    /// The name of the authority in the archive, as in the state directory.
    static let authorityName = "authority.pem"

    private let path: String
    private let temporary: String
    private let replaces: Bool
    private var descriptor: Int32
    /// What is in it: names and sizes in bytes.
    package private(set) var contents: [(name: String, size: Int)] = []
    private var expected = 0
    private var written = 0

    /// Begins a file.
    ///
    /// - Parameters:
    ///   - path: Where it is to be.
    ///   - replaces: Whether a file that is there is replaced.
    package init(path: String, replaces: Bool) throws {
        if !replaces, access(path, F_OK) == 0 { throw Self.exists(path) }
        self.path = path
        self.replaces = replaces
        temporary = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure("create", temporary) }
        // Whatever the umask and an inherited list of access rights say.
        _ = fchmod(descriptor, 0o600)
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        unlink(temporary)
    }

    /// Begins the store, of so many bytes.
    ///
    /// - Parameter isDatabase: Whether it is the state directory's own; else a copy of the one in etcd.
    package func beginStore(size: Int, isDatabase: Bool = true, at date: Date) throws {
        try begin(isDatabase ? Self.storeName : Self.copyName, size: size, at: date)
    }

    /// What is to be done with it, in words.
    ///
    /// - Parameter file: The archive as it is written in a shell.
    package func restoration(of file: String) -> String {
        contents.contains { $0.name == Self.copyName }
            ? "To restore: stop every controller; tar -xpf \(file); cms-controller store migrate --config FILE --from "
                + "file:\(Self.copyName) --to etcd --force; start them again."
            : "To restore: stop the controller; move cms.sqlite, cms.sqlite-wal and cms.sqlite-shm out of the state "
                + "directory; tar -xpf \(file) -C DIRECTORY; give the files to the directory's owner; start it again."
    }

    /// Takes more of the store.
    package func add(_ part: ByteBuffer) throws {
        written += part.readableBytes
        guard written <= expected else { throw Failure(description: "the controller sent more than it said") }
        try write(Array(part.readableBytesView))
    }

    /// Ends the store.
    package func endStore() throws { try finishEntry() }

    /// Adds the authority's key and certificate from a state directory; `false` when they cannot be read.
    package func addAuthority(from stateDirectory: String, at date: Date) throws -> Bool {
        let file = "\(stateDirectory)/\(Self.authorityName)"
        guard access(file, R_OK) == 0, let data = FileManager.default.contents(atPath: file) else { return false }
        try begin(Self.authorityName, size: data.count, at: date)
        try add(ByteBuffer(bytes: data))
        try finishEntry()
        return true
    }

    /// Puts the whole file in its place.
    package func finish() throws {
        try write(TarWriter.end)
        guard fsync(descriptor) == 0 else { throw Self.failure("write", temporary) }
        close(descriptor)
        descriptor = -1
        defer { unlink(temporary) }
        if replaces {
            guard rename(temporary, path) == 0 else { throw Self.failure("replace", path) }
        } else if link(temporary, path) != 0 {
            if errno == EEXIST { throw Self.exists(path) }
            throw Self.failure("create", path)
        }
    }

    private func begin(_ name: String, size: Int, at date: Date) throws {
        guard (0...TarWriter.largest).contains(size) else { throw Failure(description: "\(name) is too large") }
        try write(TarWriter.header(name: name, size: size, mode: 0o600, modifiedAt: date))
        contents.append((name, size))
        (expected, written) = (size, 0)
    }

    private func finishEntry() throws {
        guard written == expected else {
            throw Failure(description: "the controller sent \(written) of \(expected) bytes; try again")
        }
        try write(TarWriter.padding(after: written))
    }

    private func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.failure("write", temporary) }
            rest = rest.dropFirst(count)
        }
    }

    private static func exists(_ path: String) -> Failure {
        Failure(description: "\(path) is there already; choose another name, or replace it with --force")
    }

    private static func failure(_ operation: String, _ path: String) -> Failure {
        Failure(description: "cannot \(operation) \(path): \(String(cString: strerror(errno)))")
    }
}
