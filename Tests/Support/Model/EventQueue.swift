/// What is to happen in a simulated world, by time; what is of one moment happens in the order in which it was put in.
package struct EventQueue<Event> {
    /// The latest first, so that the next one is at the end.
    private var times: [Int64] = []
    private var events: [Event] = []

    /// Nothing is to happen.
    package init() {}

    /// Has an event happen at a moment, nanoseconds.
    package mutating func push(_ at: Int64, _ event: Event) {
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            if times[middle] > at { low = middle + 1 } else { high = middle }
        }
        times.insert(at, at: low)
        events.insert(event, at: low)
    }

    /// Takes the next event out, if it happens by then.
    package mutating func pop(until end: Int64) -> (at: Int64, event: Event)? {
        guard let at = times.last, at <= end, let event = events.popLast() else { return nil }
        times.removeLast()
        return (at, event)
    }
}
