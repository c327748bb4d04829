import Autoscaling
import Ownership
import TestSupport
import Testing

@Suite("What an owner may still have on its way")
struct InterruptionTests {
    private static let settings = OwnershipSettings(controller: "c0", groups: ["g"])

    /// An ownership that began for the group at second 1, its lease asked for at second 0.
    private static func owner() -> Ownership {
        var ownership = Ownership(settings)
        _ = ownership.step(.look, at: .seconds(0))
        _ = ownership.step(.granted(lease: 7, timeToLive: settings.lease, asked: .seconds(0)), at: .seconds(0.1))
        _ = ownership.step(.registered(lease: 7, revision: 2), at: .seconds(0.2))
        _ = ownership.step(.observed(view(revision: 2, owner: nil)), at: .seconds(0.3))
        let begun = ownership.step(.acquired(group: "g", lease: 7, createRevision: 3), at: .seconds(1))
        #expect(begun.contains(.begin(Fence(group: "g", createRevision: 3))))
        return ownership
    }

    private static func view(revision: Int64, owner: Int64?) -> ClusterView {
        ClusterView(
            revision: revision,
            members: ["c0": ClusterView.Member(run: "r", lease: 7)],
            owners: owner.map { ["g": ClusterView.Owner(controller: "c0", lease: 7, createRevision: $0)] } ?? [:]
        )
    }

    @Test(
        "a call that may begin arrives before the lease can end, though the clock is slow",
        arguments: [0.98, 0.99, 1, 1.01]
    )
    func permit(rate: Double) {
        let ownership = Self.owner()
        let clock = DriftingClock(rate: rate, offset: 0)
        let millisecond: Int64 = 1_000_000
        let last = stride(from: 1000 * millisecond, to: 5000 * millisecond, by: Int(millisecond)).filter {
            ownership.permit(for: "g", at: clock.instant($0)) != nil
        }.last
        let reach = Int64(Self.settings.reach / .nanoseconds(1))
        let end = Int64(Self.settings.lease / .nanoseconds(1))
        #expect(last.map { $0 + reach < end } == true)
        // A healthy owner renews long before that.
        #expect(last.map { $0 > 1500 * millisecond } == true)
    }

    @Test("an interrupted ownership is not taken up under its key: what was begun under it may still arrive")
    func interrupted() {
        var ownership = Self.owner()
        _ = ownership.step(.observed(Self.view(revision: 3, owner: 3)), at: .seconds(1.1))
        let stopped = ownership.step(.look, at: .seconds(3.9))
        #expect(stopped.contains(.stop(group: "g", reason: .leaseEnding)))
        var actions = ownership.step(
            .kept(lease: 7, timeToLive: Self.settings.lease, asked: .seconds(4)),
            at: .seconds(4.1)
        )
        #expect(!actions.contains(.begin(Fence(group: "g", createRevision: 3))))
        #expect(!actions.contains(.delete(group: "g", createRevision: 3)))
        #expect(
            ownership.permit(for: "g", at: .seconds(4.1)) == nil && ownership.fence(for: "g", at: .seconds(4.1)) == nil
        )
        // A call that began at the last moment has arrived by the end of the first lease.
        actions = ownership.step(.quiesced(group: "g"), at: .seconds(4.9))
        #expect(!actions.contains(.delete(group: "g", createRevision: 3)))
        actions = ownership.step(.look, at: .seconds(5.3))
        #expect(actions.contains(.delete(group: "g", createRevision: 3)))
        _ = ownership.step(.released(group: "g", createRevision: 3), at: .seconds(5.4))
        actions = ownership.step(.observed(Self.view(revision: 4, owner: nil)), at: .seconds(5.5))
        #expect(actions.contains(.create(group: "g", lease: 7)))
        actions = ownership.step(.acquired(group: "g", lease: 7, createRevision: 5), at: .seconds(5.6))
        #expect(actions.contains(.begin(Fence(group: "g", createRevision: 5))))
    }

    @Test("a lease is not given back while something that was begun under it may still arrive")
    func revoked() {
        var ownership = Self.owner()
        _ = ownership.step(.look, at: .seconds(3.9))
        var actions = ownership.step(.stop, at: .seconds(4))
        #expect(!actions.contains(.revoke(lease: 7)))
        actions = ownership.step(.look, at: .seconds(5.3))
        #expect(actions.contains(.revoke(lease: 7)))
    }
}
