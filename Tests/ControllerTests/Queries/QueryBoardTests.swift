import Foundation
import Testing

@testable import Autoscaling
@testable import Orchestration

@Suite("What is kept of queries, and when they are asked")
struct QueryBoardTests {
    let query = PrometheusQuery.sample("http://a")
    let date = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(
        "a value is as old as the server's time says, and none when that is too far away",
        arguments: [0.0, 30, -30, 120, 121, -121]
    )
    func age(seconds: Double) {
        let board = QueryBoard()
        let answer = PrometheusAnswer(value: 5, at: date.addingTimeInterval(-seconds))
        board.note(answer, of: query, now: .seconds(1000), date: date)
        let reading = board[query: query]?.reading
        if abs(seconds) > 120 {
            #expect(reading?.value == nil && reading?.failure?.contains(seconds > 0 ? "old" : "clocks differ") == true)
            #expect(board[query: query]?.failures == [.unusable: 1])
        } else {
            #expect(reading == QueryReading(query, value: 5, at: .seconds(1000 - max(0, seconds))))
        }
    }

    @Test("a failure takes the place of the value at once, is counted by its cause, and a value that of the failure")
    func failure() {
        let board = QueryBoard()
        #expect(board.readings(of: [query]) == [])
        #expect(board.readings(of: []) == nil)
        board.note(PrometheusAnswer(value: 5, at: date), of: query, now: .seconds(1), date: date)
        board.note(QueryFailure(.timeout, "no answer"), of: query)
        board.note(QueryFailure(.timeout, "no answer"), of: query)
        #expect(board.readings(of: [query]) == [QueryReading(query, failure: "no answer")])
        #expect(board[query: query]?.failures == [.timeout: 2] && board[query: query]?.answeredAt == .seconds(1))
        board.note(PrometheusAnswer(value: 6, at: date), of: query, now: .seconds(9), date: date)
        #expect(board.readings(of: [query])?.first?.value == 6)
        board.keep(only: [])
        #expect(board.readings(of: [query]) == [])
    }

    @Test("what a server says becomes one short line")
    func words() {
        let failure = QueryFailure(.query, "a\r\nb\u{7}c" + String(repeating: "x", count: 500))
        #expect(failure.description.hasPrefix("a b cx") && failure.description.count == 200)
    }

    @Test("each query is asked at its interval, not while an answer is awaited, and no more than a few at a time")
    func plan() {
        var plan = QueryPlan()
        var slow = query
        slow.interval = .seconds(10)
        slow.expression = "slow"
        #expect(plan.take([query, slow], now: .seconds(0)).count == 2)
        #expect(plan.wait(now: .seconds(0)) == .seconds(1))
        plan.ended(query)
        #expect(plan.take([query, slow], now: .seconds(0.5)).isEmpty)
        #expect(plan.wait(now: .seconds(0.5)) == .seconds(0.5))
        #expect(plan.take([query, slow], now: .seconds(1)) == [query])
        // Both are under way: nobody is asked twice.
        #expect(plan.take([query, slow], now: .seconds(20)).isEmpty)
        plan.ended(slow)
        #expect(plan.take([query, slow], now: .seconds(20)) == [slow])
        var many = QueryPlan()
        let queries = Set((0..<100).map { PrometheusQuery.sample("http://a", "q\($0)") })
        let first = many.take(queries, now: .seconds(0))
        #expect(first.count == QueryPlan.limit)
        first.forEach { many.ended($0) }
        let second = many.take(queries, now: .seconds(0.1))
        #expect(second.count == 100 - QueryPlan.limit && Set(second).isDisjoint(with: first))
    }
}
