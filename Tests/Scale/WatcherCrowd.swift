import Controller
import Foundation
import NIOCore
import Orchestration
import Synchronization
import Wire

/// Clients that watch one group here: they read every line, and acknowledge each change.
final class WatcherCrowd: Sendable {
    private struct Arrival {
        var count = 0
        var last = Date.distantPast
    }

    private struct State {
        var arrivals: [UInt64: Arrival] = [:]
        var expected = 0
    }

    private let directory: EndpointDirectory
    private let state = Mutex(State())

    init(_ directory: EndpointDirectory) {
        self.directory = directory
    }

    /// Opens so many watches and reads them until they end.
    func run(_ count: Int, onOpen: () -> Void) async throws {
        try await withThrowingDiscardingTaskGroup { tasks in
            for number in 0..<count {
                let client = "client-\(number)"
                guard let watch = try directory.watch(client: client, from: nil, at: Date()) else { continue }
                directory.acknowledge(client: client, watch: watch.id, revision: directory.current.revision)
                state.withLock { $0.expected += 1 }
                tasks.addTask {
                    for await line in watch.lines {
                        guard let revision = Self.changed(line) else { continue }
                        self.note(revision)
                        self.directory.acknowledge(client: client, watch: watch.id, revision: revision)
                    }
                }
            }
            onOpen()
        }
    }

    /// Tells of the change once every watch here has it.
    private func note(_ revision: UInt64) {
        let now = Date()
        let last = state.withLock { state -> Date? in
            var arrival = state.arrivals[revision] ?? Arrival()
            arrival.count += 1
            arrival.last = max(arrival.last, now)
            state.arrivals[revision] = arrival
            return arrival.count == state.expected ? arrival.last : nil
        }
        guard let last else { return }
        Output.say(["arrived": Int(revision), "at": last.timeIntervalSince1970])
    }

    /// The revision of a line that tells of a change; found without decoding it, which is the clients' work.
    private static func changed(_ line: ByteBuffer) -> UInt64? {
        line.withUnsafeReadableBytes { bytes in
            guard find(#""kind":"change""#, in: bytes) != nil, let place = find(#""revision":"#, in: bytes) else {
                return nil
            }
            var value: UInt64 = 0
            for byte in bytes[place...] {
                guard (48...57).contains(byte) else { break }
                value = value &* 10 &+ UInt64(byte - 48)
            }
            return value
        }
    }

    /// Where `text` ends in the bytes.
    private static func find(_ text: StaticString, in bytes: UnsafeRawBufferPointer) -> Int? {
        let text = UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        guard bytes.count >= text.count else { return nil }
        let start = (0...bytes.count - text.count).first { start in
            bytes[start] == text[0] && bytes[start..<start + text.count].elementsEqual(text)
        }
        return start.map { $0 + text.count }
    }
}
