import Foundation
import NIOCore
import Shared
import Testing
import Wire

@Suite("Messages on the wire")
struct WireTests {
    @Test("times keep their milliseconds")
    func time() throws {
        let date = try #require(Date(rfc3339: "2026-01-02T03:04:05.678Z"))
        #expect(date.rfc3339 == "2026-01-02T03:04:05.678Z")
        #expect(Date(rfc3339: "2026-01-02T03:04:05Z") == date.addingTimeInterval(-0.678))
        #expect(Date(rfc3339: "yesterday") == nil)
        #expect(Date(rfc3339: String(repeating: "2", count: 100)) == nil)
    }

    @Test("kinds of a later version are kept, and unknown fields are ignored")
    func laterVersion() throws {
        let line = #"{"kind":"teleport","sequence":7,"at":"2026-01-02T03:04:05.000Z","speed":9}"#
        let command = try WireCoding.decode(AgentCommand.self, from: ByteBuffer(string: line))
        #expect(command.kind == .unknown("teleport"))
        #expect(String(buffer: try WireCoding.line(command)).contains(#""kind":"teleport""#))
    }

    @Test("a value that was not measured is absent, not null and not zero")
    func missing() throws {
        let report = LoadReport(sequence: 1, measuredAt: Date(), cause: "interval")
        let text = String(buffer: try WireCoding.line(report))
        #expect(!text.contains("busy") && !text.contains("null"))
        #expect(try WireCoding.decode(LoadReport.self, from: ByteBuffer(string: text)).busy == nil)
    }

    @Test("equal messages have equal bytes")
    func canonical() throws {
        let notice = EndpointNotice(kind: .heartbeat, revision: 3, at: Date(timeIntervalSince1970: 0))
        #expect(try WireCoding.line(notice) == WireCoding.line(notice))
        #expect(
            String(buffer: try WireCoding.line(notice))
                == #"{"at":"1970-01-01T00:00:00.000Z","kind":"heartbeat","revision":3}"# + "\n"
        )
    }
}
