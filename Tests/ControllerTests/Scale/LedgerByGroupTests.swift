import Foundation
import Testing

@testable import Controller
@testable import Lifecycle

@Suite("The ledger by group") struct LedgerByGroupTests {
    private func row(_ uuid: String, _ group: String, _ state: InstanceState = .off) -> Instance {
        var row = Instance(uuid: uuid, name: uuid, since: Date(timeIntervalSince1970: 0))
        row.group = group
        row.state = state
        return row
    }

    @Test("a row that changes, moves or goes touches its groups, and no other")
    func changes() {
        var ledger = LedgerByGroup([row("1", "a"), row("2", "a"), row("3", "b")])
        #expect(Set(ledger.rows(of: "a").map(\.uuid)) == ["1", "2"])
        #expect(ledger.put(row("1", "a", .booting)) == ["a"])
        #expect(ledger.rows(of: "a").first { $0.uuid == "1" }?.state == .booting)
        #expect(ledger.put(row("2", "b")) == ["a", "b"])
        #expect(ledger.rows(of: "a").map(\.uuid) == ["1"] && Set(ledger.rows(of: "b").map(\.uuid)) == ["2", "3"])
        #expect(ledger.remove("3") == ["b"])
        #expect(ledger.remove("3").isEmpty)
        #expect(ledger.rows(of: "b").map(\.uuid) == ["2"] && ledger.rows(of: "c").isEmpty)
    }
}
