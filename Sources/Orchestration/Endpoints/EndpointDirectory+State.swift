import NIOCore
import Wire

extension EndpointDirectory {
    /// What changes.
    struct State {
        var set: EndpointSet
        var history: [(revision: UInt64, line: ByteBuffer)] = []
        var watchers = Watchers()
        /// The revision with which each endpoint left that is not back since.
        var departures: [String: UInt64] = [:]
        /// The revisions that not every watch has acknowledged, and when they were told; the newest of them.
        var unreached: [(revision: UInt64, at: ContinuousClock.Instant)] = []
        var counter: UInt64 = 0
        /// The least revision in effect at the watches of other controllers; `nil`: there are none.
        var reachedElsewhere: UInt64?
        /// Who waits for the next revision without being told of it as a client.
        var waiters: [UInt64: AsyncStream<UInt64>.Continuation] = [:]
    }
}
