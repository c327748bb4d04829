import Autoscaling
import Libvirt
import Synchronization
import Wire

/// Where the guests of a group are that have no agent to tell it.
package final class GuestAddressBook: Sendable {
    /// Where one guest is, in one run of its domain.
    package struct Entry: Sendable, Equatable {
        /// The run of its domain, as the hypervisor numbers them.
        package var run: Int?
        /// Its address.
        package var address: IPAddress
        /// Who said so.
        package var source: GuestAddress.Source
        /// Counts what was found of all guests: a number is never used twice, so that a probe of an earlier run or of
        /// another address is told from one of this.
        package var session: UInt64
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var counter: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// What is known of a guest in the present run of its domain.
    package func entry(of uuid: String, run: Int?) -> Entry? {
        state.withLock { state in state.entries[uuid].flatMap { $0.run == run ? $0 : nil } }
    }

    /// The address that was found last.
    package func address(of uuid: String) -> IPAddress? { state.withLock { $0.entries[uuid]?.address } }

    /// Notes where a guest is; whether that is news.
    @discardableResult
    package func note(_ uuid: String, run: Int?, address: IPAddress, source: GuestAddress.Source) -> Bool {
        state.withLock { state in
            if let known = state.entries[uuid], known.run == run, known.address == address { return false }
            state.counter += 1
            state.entries[uuid] = Entry(run: run, address: address, source: source, session: state.counter)
            return true
        }
    }

    /// Forgets all but these.
    package func keep(_ uuids: Set<String>) {
        state.withLock { state in state.entries = state.entries.filter { uuids.contains($0.key) } }
    }
}
