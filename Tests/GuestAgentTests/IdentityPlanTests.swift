import Foundation
import Testing

@testable import GuestAgent

@Suite("What is to be done about the identity")
struct IdentityPlanTests {
    private let now = Date(timeIntervalSince1970: 1_000_000)

    private func plan(
        endsIn: TimeInterval,
        renewIn: TimeInterval,
        renewalWanted: Bool = false,
        enrollmentWanted: Bool = false,
        hasToken: Bool = false
    ) -> IdentityPlan {
        IdentityPlan.next(
            IdentityPlan.Situation(
                notAfter: now + endsIn,
                renewAt: now + renewIn,
                renewalWanted: renewalWanted,
                enrollmentWanted: enrollmentWanted,
                hasToken: hasToken
            ),
            now: now
        )
    }

    @Test("a fresh certificate is left alone until it is time")
    func fresh() {
        #expect(plan(endsIn: 300, renewIn: 200) == .wait(.seconds(200)))
        #expect(plan(endsIn: 300, renewIn: 200, hasToken: true) == .wait(.seconds(200)))
    }

    @Test("it is renewed when it is time, or when that is asked for")
    func renewal() {
        #expect(plan(endsIn: 100, renewIn: 0) == .renew)
        #expect(plan(endsIn: 100, renewIn: -50) == .renew)
        #expect(plan(endsIn: 300, renewIn: 200, renewalWanted: true) == .renew)
    }

    @Test("one that has ended cannot be renewed: a token is needed")
    func ended() {
        #expect(plan(endsIn: 0, renewIn: -50) == .stuck)
        #expect(plan(endsIn: 0, renewIn: -50, renewalWanted: true, hasToken: true) == .enroll)
    }

    @Test("an enrollment that is asked for needs a token; without one all goes on as before")
    func enrollment() {
        #expect(plan(endsIn: 300, renewIn: 200, enrollmentWanted: true, hasToken: true) == .enroll)
        #expect(plan(endsIn: 300, renewIn: 200, enrollmentWanted: true) == .wait(.seconds(200)))
        #expect(plan(endsIn: 300, renewIn: -1, enrollmentWanted: true) == .renew)
    }
}
