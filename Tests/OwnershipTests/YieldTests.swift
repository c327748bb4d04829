import Autoscaling
import Testing

@testable import Ownership

/// A controller that leaves a group to another.
@Suite struct YieldTests {
    /// An owner of one group beside so many other controllers.
    private func owner(others: Int) -> Ownership {
        var ownership = Ownership(OwnershipSettings(controller: "a", groups: ["g"]))
        let now = MonotonicInstant.seconds(0)
        _ = ownership.step(.granted(lease: 7, timeToLive: .seconds(5), asked: now), at: now)
        _ = ownership.step(.look, at: now)
        _ = ownership.step(.granted(lease: 7, timeToLive: .seconds(5), asked: now), at: now)
        _ = ownership.step(.registered(lease: 7, revision: 1), at: now)
        var view = ClusterView(revision: 2, members: ["a": .init(run: "r", lease: 7)])
        for number in 0..<others { view.members["z\(number)"] = .init(run: "r", lease: Int64(100 + number)) }
        view.owners["g"] = .init(controller: "a", lease: 7, createRevision: 2)
        _ = ownership.step(.observed(view), at: now)
        return ownership
    }

    @Test("it finishes, leaves the group, and does not take it again for a while")
    func leaves() {
        var ownership = owner(others: 1)
        #expect(ownership.permit(for: "g", at: .seconds(0)) != nil)
        let actions = ownership.step(.yielded(group: "g"), at: .seconds(0.1))
        #expect(actions.contains(.finish(group: "g", by: .seconds(5.1))))
        let removal = ownership.step(.quiesced(group: "g"), at: .seconds(0.2))
        #expect(removal.contains(.delete(group: "g", createRevision: 2)))
        var view = ownership.view ?? ClusterView()
        view.owners = [:]
        view.revision = 3
        _ = ownership.step(.observed(view), at: .seconds(0.3))
        _ = ownership.step(.kept(lease: 7, timeToLive: .seconds(5), asked: .seconds(0.3)), at: .seconds(0.3))
        for second in stride(from: 1.0, to: 55, by: 1) {
            _ = ownership.step(.kept(lease: 7, timeToLive: .seconds(5), asked: .seconds(second)), at: .seconds(second))
            let actions = ownership.step(.look, at: .seconds(second))
            #expect(!actions.contains(.create(group: "g", lease: 7)))
        }
        _ = ownership.step(.kept(lease: 7, timeToLive: .seconds(5), asked: .seconds(61)), at: .seconds(61))
        #expect(ownership.groups["g"] == .acquiring(since: .seconds(61)) || ownership.groups["g"] == .notOurs)
    }

    @Test("alone it keeps it")
    func alone() {
        var ownership = owner(others: 0)
        #expect(ownership.step(.yielded(group: "g"), at: .seconds(0.1)).isEmpty)
        #expect(ownership.permit(for: "g", at: .seconds(0.2)) != nil)
    }
}
