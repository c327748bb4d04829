import Client
import Testing
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite struct EndpointTableTests {
    let vm1 = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.1:8000")
    let vm2 = Endpoint(id: "2", name: "vm2", url: "https://192.0.2.2:8000")

    func set(_ revision: UInt64, _ endpoints: [Endpoint]?) -> EndpointNotice {
        var notice = EndpointNotice(kind: .set, revision: revision, at: Date())
        notice.endpoints = endpoints
        return notice
    }

    func change(_ revision: UInt64, added: [Endpoint] = [], removed: [Endpoint] = []) -> EndpointNotice {
        var notice = EndpointNotice(kind: .change, revision: revision, at: Date())
        notice.added = added
        notice.removed = removed
        return notice
    }

    func bare(_ kind: EndpointNotice.Kind, _ revision: UInt64) -> EndpointNotice {
        EndpointNotice(kind: kind, revision: revision, at: Date())
    }

    func table(_ revision: UInt64, _ endpoints: [Endpoint]) -> EndpointTable {
        var table = EndpointTable()
        _ = table.apply(set(revision, endpoints))
        return table
    }

    @Test func followsASetAndItsChanges() {
        var table = EndpointTable()
        #expect(table.set == nil)
        #expect(table.apply(set(4, [vm1])) == .updated(added: [vm1], removed: []))
        #expect(table.apply(bare(.heartbeat, 4)) == .unchanged)
        #expect(table.apply(bare(.scaling, 4)) == .unchanged)
        #expect(table.apply(change(5, added: [vm2])) == .updated(added: [vm2], removed: []))
        #expect(table.endpoints == [vm1, vm2])
        #expect(table.apply(change(6, removed: [vm1])) == .updated(added: [], removed: [vm1]))
        #expect(table.set == EndpointSet(revision: 6, endpoints: [vm2]))
    }

    @Test func ordersByName() {
        #expect(table(1, [vm2, vm1]).endpoints == [vm1, vm2])
    }

    @Test func aChangeBeforeAnySetIsAGap() {
        var table = EndpointTable()
        #expect(table.apply(change(1, added: [vm1])) == .gap(known: nil, told: 1))
        #expect(table.apply(bare(.heartbeat, 0)) == .gap(known: nil, told: 0))
    }

    @Test(arguments: [3, 6, 7, UInt64.max])
    func aRevisionThatIsNotTheNextIsAGap(told: UInt64) {
        var table = table(4, [vm1])
        #expect(table.apply(change(told, added: [vm2])) == .gap(known: 4, told: told))
        #expect(table.endpoints == [vm1])
    }

    @Test func aRepeatedChangeIsLeftAsideButAnotherOneOfTheSameRevisionIsAGap() {
        var table = table(4, [vm1])
        _ = table.apply(change(5, added: [vm2]))
        #expect(table.apply(change(5, added: [vm2])) == .unchanged)
        #expect(table.apply(change(5, removed: [vm2])) == .gap(known: 5, told: 5))
    }

    @Test func aHeartbeatOfANewerRevisionShowsThatSomethingWasMissed() {
        var table = table(4, [vm1])
        #expect(table.apply(bare(.heartbeat, 5)) == .gap(known: 4, told: 5))
    }

    @Test func theLastRevisionIsNotOverrun() {
        var table = table(.max, [vm1])
        #expect(table.apply(change(0, added: [vm2])) == .gap(known: .max, told: 0))
    }

    @Test func aWholeSetReplacesEverythingEvenWithALowerRevision() {
        var table = table(9, [vm1])
        #expect(table.apply(set(2, [vm2])) == .updated(added: [vm2], removed: [vm1]))
        #expect(table.revision == 2)
    }

    @Test func anEndpointThatMovesIsRemovedThereAndAddedHere() {
        var table = table(1, [vm1])
        let moved = Endpoint(id: "1", name: "vm1", url: "https://192.0.2.9:8000")
        #expect(table.apply(change(2, added: [moved], removed: [vm1])) == .updated(added: [moved], removed: [vm1]))
        #expect(table.endpoints == [moved])
    }

    @Test func removingWhatIsNotThereOnlyMovesTheRevisionOn() {
        var table = table(1, [vm1])
        #expect(table.apply(change(2, removed: [vm2])) == .updated(added: [], removed: []))
        #expect(table.revision == 2)
    }

    @Test func unknownKindsAreLeftAside() {
        var table = table(1, [vm1])
        #expect(table.apply(bare(.unknown("weather"), 77)) == .ignored(kind: "weather"))
        #expect(table.revision == 1)
    }

    @Test func whatContradictsItselfOrIsTooLargeIsRefused() {
        var table = table(1, [vm1])
        let many = (0...EndpointTable.maximumCount).map { Endpoint(id: "\($0)", name: "vm", url: "") }
        for notice in [set(2, nil), set(2, [vm1, vm1]), set(2, many), change(2, added: [vm2, vm2])] {
            guard case .malformed = table.apply(notice) else {
                Issue.record("accepted a malformed notice of kind \(notice.kind.word)")
                continue
            }
            #expect(table.set == EndpointSet(revision: 1, endpoints: [vm1]))
        }
    }
}
