import Foundation
import TestSupport
import Testing

@testable import EmbeddedStore
@testable import EtcdStore
@testable import Lifecycle
@testable import Persistence

extension EtcdTests {
    @Suite("cms-controller store migrate", .timeLimit(.minutes(1)))
    struct StoreMigrateTests {
        private struct Run {
            var status: Int32
            var output: String
            var errors: String
        }

        private func migrate(_ arguments: String...) throws -> Run {
            let (process, output, errors) = (Process(), Pipe(), Pipe())
            process.executableURL = try BuiltProgram.url("cms-controller")
            process.arguments = ["store", "migrate"] + arguments
            process.environment = ["HOME": "/nonexistent", "PATH": "/usr/bin:/bin"]
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = output
            process.standardError = errors
            try process.run()
            let error = errors.fileHandleForReading.readDataToEndOfFile()
            let text = output.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return Run(
                status: process.terminationStatus,
                output: String(decoding: text, as: UTF8.self),
                errors: String(decoding: error, as: UTF8.self)
            )
        }

        @Test("a store goes to etcd, to a file and back; what is there, in use or not there is refused with 1")
        func program() async throws {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let directory = try StateDirectory(path: folder + "/a")
            let rows = (0..<3).map { Instance(uuid: "u\($0)", name: "vm\($0)", since: Date(timeIntervalSince1970: 1)) }
            try await directory.store().commit(StoreChange(instances: rows))
            let cluster = try await SharedEtcd.shared.cluster(members: 1)
            let etcd = "etcd:\(cluster.endpoints[0])/migrate-\(UUID().uuidString)"
            let sqlite = "sqlite:\(folder)/a"

            let first = try migrate("--from", sqlite, "--to", etcd)
            #expect(first.status == 0 && first.errors.isEmpty, "\(first)")
            #expect(first.output.contains("  instances    3\n"))
            let again = try migrate("--from", sqlite, "--to", etcd)
            #expect(again.status == 1 && again.errors.contains("is not empty; give --force"), "\(again)")
            let forced = try migrate("--from", sqlite, "--to", etcd, "--force", "--json")
            #expect(
                forced.status == 0 && forced.output.contains("\"instances\":3")
                    && forced.output.contains("\"verified\":true")
            )

            #expect(try migrate("--from", etcd, "--to", "file:\(folder)/copy").status == 0)
            #expect(try migrate("--from", etcd, "--to", "file:\(folder)/copy").status == 1)
            #expect(try migrate("--from", etcd, "--to", "file:\(folder)/copy", "--force").status == 0)
            #expect(try migrate("--from", "file:\(folder)/copy", "--to", "sqlite:\(folder)/b").status == 0)
            #expect(try await StateDirectory(path: folder + "/b").store().ledger() == rows)

            let absent = try migrate("--from", "sqlite:\(folder)/c", "--to", etcd)
            #expect(absent.status == 1 && absent.errors.contains("there is no store at"), "\(absent)")
            let lock = try directory.lock()
            let used = try migrate("--from", sqlite, "--to", etcd, "--force")
            #expect(used.status == 1 && used.errors.contains("in use by another cms-controller"), "\(used)")
            close(lock)
        }

        @Test(
            "what names no store is an error of the command line",
            arguments: [
                ("redis:1", "sqlite:/x", "names no store"), ("etcd", "sqlite:/x", "give --config"),
                ("sqlite:/x", "sqlite:/x", "name the same store"), ("etcd:https://a:1", "sqlite:/x", "only http://"),
                ("etcd:http://10.0.0.1:2379", "sqlite:/x", "is not encrypted"),
            ]
        )
        func usage(from: String, to: String, words: String) throws {
            let run = try migrate("--from", from, "--to", to)
            #expect(run.status == 64 && run.errors.contains(words), "\(run)")
        }
    }
}
