import Autoscaling
import Foundation
import Monitoring

/// What was seen and is not in the file yet: the present second of each group, and what is to be written. Bounded.
package struct HistoryBuffer: Sendable {
    /// An instance as the file tells it from others.
    package struct Name: Hashable, Sendable {
        package var uuid: String
        package var name: String

        package init(uuid: String, name: String) {
            self.uuid = uuid
            self.name = name
        }
    }

    /// What is to be written in one transaction.
    package struct Batch: Sendable {
        /// Rows of one second each, oldest first.
        package var rows: [(group: String, row: HistoryRow)] = []
        /// Decisions, oldest first.
        package var decisions: [DecisionRecord] = []
        /// Instances that the file does not know yet, with their numbers.
        package var names: [(Int, Name)] = []

        package var isEmpty: Bool { rows.isEmpty && decisions.isEmpty }
    }

    private struct Present {
        var second: Int64
        var aggregate = HistoryAggregate()
    }

    /// The most values of instances that wait.
    private static let cellLimit = 300_000
    /// The most decisions that wait.
    private static let decisionLimit = 100
    private var present: [String: Present] = [:]
    private var batch = Batch()
    private var cells = 0
    private var numbers: [Name: Int] = [:]
    private var nextNumber = 1
    private var causes: [String: DecisionCause] = [:]
    /// How many rows and decisions were given up since the last time somebody asked.
    package private(set) var lost = 0

    /// Takes what the file holds: the numbers of instances and the last decision of each group.
    mutating func adopt(names: [(Int, Name)], decisions: [DecisionRecord]) {
        for (number, name) in names where numbers[name] == nil {
            numbers[name] = number
            nextNumber = max(nextNumber, number + 1)
        }
        for decision in decisions where causes[decision.group] == nil {
            causes[decision.group] = DecisionCause(decision.decision)
        }
    }

    /// Begins anew with a file that knows no instance.
    mutating func forgetFile() {
        batch.names = numbers.map { ($0.value, $0.key) }.sorted { $0.0 < $1.0 }
        causes = [:]
    }

    /// Takes a tick.
    package mutating func add(_ tick: TickRecord, _ decision: Decision?) {
        let time = tick.at.timeIntervalSince1970
        guard time.isFinite, abs(time) < 1e11 else { return }
        let second = Int64(time.rounded(.down))
        if let open = present[tick.group], open.second != second { close(tick.group) }
        let row = HistoryRow(tick, at: second) { instance in
            let name = Name(uuid: instance.uuid, name: instance.name)
            if let number = numbers[name] { return number }
            defer { nextNumber += 1 }
            numbers[name] = nextNumber
            batch.names.append((nextNumber, name))
            return nextNumber
        }
        present[tick.group, default: Present(second: second)].aggregate.add(row)
        guard let decision else { return }
        let cause = DecisionCause(decision)
        guard causes[tick.group] != cause else { return }
        causes[tick.group] = cause
        batch.decisions.append(DecisionRecord(decision, group: tick.group, at: tick.at))
        trim()
    }

    private mutating func close(_ group: String) {
        guard let open = present.removeValue(forKey: group), let row = open.aggregate.row(at: open.second) else {
            return
        }
        batch.rows.append((group, row))
        cells += row.instances.count + 1
        trim()
    }

    private mutating func trim() {
        var dropped = 0
        while cells > Self.cellLimit, dropped < batch.rows.count {
            cells -= batch.rows[dropped].row.instances.count + 1
            dropped += 1
        }
        batch.rows.removeFirst(dropped)
        let over = max(0, batch.decisions.count - Self.decisionLimit)
        batch.decisions.removeFirst(over)
        lost += dropped + over
    }

    /// Hands over what is complete: every second before `now`, or all of it.
    mutating func take(before now: Int64) -> Batch {
        for (group, open) in present where open.second != now { close(group) }
        defer {
            batch = Batch()
            cells = 0
        }
        return batch
    }

    /// Takes back what could not be written.
    mutating func putBack(_ old: Batch) {
        batch.rows = old.rows + batch.rows
        batch.decisions = old.decisions + batch.decisions
        batch.names = old.names + batch.names
        cells = batch.rows.reduce(0) { $0 + $1.row.instances.count + 1 }
        trim()
    }

    /// How much was lost; counted from anew.
    mutating func takeLost() -> Int {
        defer { lost = 0 }
        return lost
    }

    /// Forgets the numbers of instances that the file has forgotten.
    mutating func forget(_ numbers: Set<Int>) {
        self.numbers = self.numbers.filter { !numbers.contains($0.value) }
    }
}
