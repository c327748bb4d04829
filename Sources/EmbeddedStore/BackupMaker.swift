import Foundation
import Glibc
import HTTPTypes
import NIOCore
import Persistence
import Shared
import Synchronization

/// Makes copies of the store, one at a time.
package final class BackupMaker: Sendable {
    /// After this time a copy that is still being read gives way to another one.
    private static let patience = Duration.seconds(600)

    /// A copy of the store. Its file has no name any more: it ends with whoever reads it.
    package final class Copy: Sendable {
        /// Its size, bytes.
        package let size: Int
        fileprivate let madeAt = ContinuousClock.now
        private let descriptor: Mutex<Int32>

        fileprivate init(path: String) throws {
            let file = open(path, O_RDONLY | O_CLOEXEC)
            guard file >= 0 else { throw BackupMaker.failure(String(cString: strerror(errno))) }
            unlink(path)
            size = Int(lseek(file, 0, SEEK_END))
            descriptor = Mutex(file)
        }

        deinit { close() }

        /// Reads at most `count` bytes.
        package func read(at offset: Int, _ count: Int) throws -> ByteBuffer {
            try descriptor.withLock { file in
                var buffer = ByteBufferAllocator().buffer(capacity: count)
                let read = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { bytes in
                    max(0, pread(file, bytes.baseAddress, min(bytes.count, count), off_t(offset)))
                }
                guard read > 0 else { throw BackupMaker.failure("the copy cannot be read") }
                return buffer
            }
        }

        /// Gives the space back.
        package func close() {
            descriptor.withLock { file in
                if file >= 0 { Glibc.close(file) }
                file = -1
            }
        }

        fileprivate var isOpen: Bool { descriptor.withLock { $0 >= 0 } }
    }

    private enum State {
        case idle
        case making
        case reading(Weak)
    }

    /// A copy that ends with its reader.
    private struct Weak {
        weak var copy: Copy?
    }

    private let store: any Store
    private let directory: String
    private let state = Mutex(State.idle)

    package init(store: any Store, directory: String) {
        self.store = store
        self.directory = directory
    }

    /// Makes a copy.
    ///
    /// - Throws: A problem: one is made or read already, or it cannot be made.
    package func make() async throws -> Copy {
        guard begin() else {
            throw Problem(
                .conflict,
                code: "backup-under-way",
                detail: "another copy of the store is being made or read; try again when it is done"
            )
        }
        do {
            removeLeftovers()
            let path = "\(directory)/backup-\(UUID().uuidString).sqlite"
            defer { unlink(path) }
            try await store.backup(to: path)
            let copy = try Copy(path: path)
            state.withLock { $0 = .reading(Weak(copy: copy)) }
            return copy
        } catch {
            state.withLock { $0 = .idle }
            if error is Problem { throw error }
            throw Self.failure(ErrorText.of(error))
        }
    }

    private func begin() -> Bool {
        state.withLock { state in
            switch state {
            case .making: return false
            case .reading(let weak):
                if let copy = weak.copy, copy.isOpen {
                    guard copy.madeAt.duration(to: .now) > Self.patience else { return false }
                    copy.close()
                }
            case .idle: break
            }
            state = .making
            return true
        }
    }

    /// What a controller left behind that ended while it made one.
    private func removeLeftovers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        for name in names where name.hasPrefix("backup-") && name.contains(".sqlite") {
            unlink("\(directory)/\(name)")
        }
    }

    fileprivate static func failure(_ reason: String) -> Problem {
        Problem(
            .internalServerError,
            code: "backup-failed",
            detail: "the store cannot be copied: \(reason); look at the free space of the state directory"
        )
    }
}
