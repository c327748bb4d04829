import Foundation
import Glibc
import Testing

@testable import EmbeddedStore

@Suite("The lock of the state directory")
struct StateLockTests {
    @Test("it tells the process for as long as the lock is held, whatever stood there before")
    func tellsTheProcess() throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let directory = try StateDirectory(path: path)
        let file = URL(fileURLWithPath: "\(path)/controller.lock")
        try Data("99999999999999999999\n".utf8).write(to: file)
        let lock = try directory.lock()
        #expect(try Data(contentsOf: file) == Data("\(getpid())\n".utf8))
        let controller = try RunningController(stateDirectory: path)
        #expect(controller.pid == getpid())
        #expect(throws: StateDirectory.Failure.self) { try directory.lock() }
        #expect(try Data(contentsOf: file) == Data("\(getpid())\n".utf8))
        close(lock)
        #expect(throws: RunningController.Failure.notRunning(directory: path)) {
            try RunningController(stateDirectory: path)
        }
    }
}
