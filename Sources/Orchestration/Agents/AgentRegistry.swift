import Autoscaling
import Foundation
import Lifecycle
import NIOCore
import Shared
import Synchronization
import Wire

/// Who is registered, what they reported last and how to send them commands.
///
/// Changes call `onChange`, outside the lock, so that the reconciler looks at once.
package final class AgentRegistry: Sendable {
    /// One agent as it stands.
    package struct Session: Sendable {
        /// What it said of itself.
        package var registration: AgentRegistration
        /// The address the registration came from.
        package var address: IPAddress
        /// Counts the registrations of all agents: a number is never used twice in a life of the controller.
        package var number: UInt64
        /// When it registered.
        package var registeredAt: Date
        /// The last report, if any came.
        package var report: LoadReport?
        /// When the last report came.
        package var reportedAt: MonotonicInstant?
        /// A report about one interval older than the last, if there is one.
        package var earlier: LoadReport?
        /// When that one came.
        package var earlierAt: MonotonicInstant?
        /// By how much the guest's clock was behind when it came, seconds.
        package var clockOffset: Double?
        /// The open command stream, if any.
        fileprivate var stream: Stream?
        /// The base URL of the agent itself.
        package var agentURL: String { "https://\(HostPort(host: address.description, port: registration.port))" }
        /// The base URL for clients.
        package var endpointURL: String { registration.endpointURL(address: address.description) ?? agentURL }
        /// Whether a command stream is open.
        package var isConnected: Bool { stream != nil }
    }

    fileprivate struct Stream: Sendable {
        var id: UInt64
        var continuation: AsyncStream<ByteBuffer>.Continuation
        var sequence: UInt64 = 0
    }

    private struct State {
        var sessions: [String: Session] = [:]
        var counter: UInt64 = 0
    }

    /// The longest line of commands an agent may leave unread before its stream is ended.
    static let streamBuffer = 64
    /// About how old the report is that growth is measured against.
    static let growthSpan = Duration.milliseconds(800)
    private let state = Mutex(State())
    private let onChange: @Sendable (String) -> Void

    /// An empty registry.
    package init(onChange: @escaping @Sendable (_ uuid: String) -> Void) {
        self.onChange = onChange
    }

    /// Takes a registration; an earlier one of the same machine ends.
    package func register(_ registration: AgentRegistration, uuid: String, address: IPAddress, at date: Date) {
        let old = state.withLock { state in
            let old = state.sessions[uuid]?.stream
            state.counter += 1
            state.sessions[uuid] = Session(
                registration: registration,
                address: address,
                number: state.counter,
                registeredAt: date
            )
            return old
        }
        old?.continuation.finish()
        onChange(uuid)
    }

    /// Opens the command stream of a registered machine; an earlier stream of it ends.
    ///
    /// - Returns: The lines and a number to close the stream with, or `nil` when the machine is not registered.
    package func openStream(uuid: String) -> (lines: AsyncStream<ByteBuffer>, id: UInt64)? {
        let (lines, continuation) = AsyncStream.makeStream(
            of: ByteBuffer.self,
            bufferingPolicy: .bufferingOldest(Self.streamBuffer)
        )
        let opened = state.withLock { state -> (UInt64, Stream?)? in
            guard state.sessions[uuid] != nil else { return nil }
            let old = state.sessions[uuid]?.stream
            state.counter += 1
            state.sessions[uuid]?.stream = Stream(id: state.counter, continuation: continuation)
            return (state.counter, old)
        }
        guard let (id, old) = opened else { return nil }
        old?.continuation.finish()
        onChange(uuid)
        return (lines, id)
    }

    /// The stream with that number ended; a newer one of the same machine stays.
    package func closeStream(uuid: String, id: UInt64) {
        let closed = state.withLock { state -> Stream? in
            guard let stream = state.sessions[uuid]?.stream, stream.id == id else { return nil }
            state.sessions[uuid]?.stream = nil
            return stream
        }
        guard let closed else { return }
        closed.continuation.finish()
        onChange(uuid)
    }

    /// Takes a report; `false` when the machine is not registered.
    package func report(_ report: LoadReport, uuid: String, at now: MonotonicInstant, date: Date) -> Bool {
        let (isKnown, isNews) = state.withLock { state -> (Bool, Bool) in
            guard let session = state.sessions[uuid] else { return (false, false) }
            // Reports may overtake each other on two connections: the newer one stays.
            if let last = session.report, last.sequence > report.sequence, last.measuredAt > report.measuredAt {
                return (true, false)
            }
            // Reports come in bursts while the load moves: growth is measured over the time of a steady beat.
            if let before = session.reportedAt,
                session.earlierAt.map({ $0.duration(to: now) >= Self.growthSpan * 2 }) ?? true
                    || before.duration(to: now) >= Self.growthSpan
            {
                state.sessions[uuid]?.earlier = session.report
                state.sessions[uuid]?.earlierAt = before
            }
            state.sessions[uuid]?.report = report
            state.sessions[uuid]?.reportedAt = now
            state.sessions[uuid]?.clockOffset = date.timeIntervalSince(report.measuredAt)
            // What somebody waits for: an answer to a command, or the end of the work of one that drains.
            return (true, report.cause == "probe" || report.accepting == false)
        }
        if isNews { onChange(uuid) }
        return isKnown
    }

    /// Sends a command to one machine; nothing happens when it has no stream.
    ///
    /// - Parameters:
    ///   - kind: The command.
    ///   - uuid: The machine.
    ///   - alternatives: Base URLs of endpoints that take work instead, with `drain`.
    ///   - controllers: `host:port` of the live controllers, with `heartbeat`; empty when there is one.
    ///   - date: The time of the line.
    package func send(
        _ kind: AgentCommand.Kind,
        uuid: String,
        alternatives: [String]? = nil,
        controllers: [String] = [],
        at date: Date
    ) {
        let target = state.withLock { state -> (Stream, UInt64)? in
            guard let stream = state.sessions[uuid]?.stream else { return nil }
            if kind != .heartbeat { state.sessions[uuid]?.stream?.sequence += 1 }
            return (stream, state.sessions[uuid]?.stream?.sequence ?? 0)
        }
        guard let (stream, sequence) = target else { return }
        var command = AgentCommand(kind: kind, sequence: sequence, at: date, alternatives: alternatives)
        command.controllers = ControllerList.bounded(controllers)
        guard let line = try? WireCoding.line(command) else { return }
        // An agent that reads nothing costs a bounded buffer and then its stream.
        if case .enqueued = stream.continuation.yield(line) { return }
        closeStream(uuid: uuid, id: stream.id)
    }

    /// Sends a heartbeat to all but those in `asleep`, who could not read it.
    ///
    /// - Parameter controllers: `host:port` of the live controllers; empty when there is one.
    package func heartbeat(at date: Date, asleep: Set<String> = [], controllers: [String] = []) {
        let streams = state.withLock { state in
            state.sessions.compactMap { uuid, session in
                asleep.contains(uuid) ? nil : session.stream.map { (uuid: uuid, stream: $0) }
            }
        }
        // Of thousands most have been sent as many commands as others: a line is encoded once for all of these.
        var lines: [UInt64: ByteBuffer] = [:]
        for (uuid, stream) in streams {
            if lines[stream.sequence] == nil {
                var command = AgentCommand(kind: .heartbeat, sequence: stream.sequence, at: date)
                command.controllers = ControllerList.bounded(controllers)
                lines[stream.sequence] = try? WireCoding.line(command)
            }
            guard let line = lines[stream.sequence] else { continue }
            if case .enqueued = stream.continuation.yield(line) { continue }
            closeStream(uuid: uuid, id: stream.id)
        }
    }

    /// Forgets a machine whose domain is gone.
    package func remove(uuid: String) {
        state.withLock { $0.sessions.removeValue(forKey: uuid) }?.stream?.continuation.finish()
    }

    /// Ends all streams.
    package func shutDown() {
        let streams = state.withLock { state in
            let streams = state.sessions.values.compactMap(\.stream)
            for uuid in state.sessions.keys { state.sessions[uuid]?.stream = nil }
            return streams
        }
        for stream in streams { stream.continuation.finish() }
    }

    /// The agents as they stand.
    package var sessions: [String: Session] { state.withLock { $0.sessions } }

    /// The sessions of those machines that are registered: of a group's, where a controller has many groups.
    package func sessions(of uuids: some Sequence<String>) -> [String: Session] {
        state.withLock { state in
            uuids.reduce(into: [:]) { sessions, uuid in
                if let session = state.sessions[uuid] { sessions[uuid] = session }
            }
        }
    }

    /// The session of one machine.
    package func session(uuid: String) -> Session? { state.withLock { $0.sessions[uuid] } }
}
