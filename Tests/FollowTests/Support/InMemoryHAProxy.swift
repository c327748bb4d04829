import Follow
import Synchronization
import Wire

/// A HAProxy in memory that answers as 2.6 does, with knobs for what may go wrong.
final class InMemoryHAProxy: HAProxyRuntime {
    /// A server with its sessions.
    struct Server: Sendable {
        var shown: HAProxyServer
        var options = ""
        /// Connections that wait for the next request: no session, but in the way of a removal.
        var idleConnections = 0
    }

    private struct State {
        var servers: [String: Server] = [:]
        var authorities: Set<String> = []
        var isAway = false
        var refusal: HAProxyError?
        var done: [HAProxyCommand] = []
    }

    /// The backend there is.
    static let backend = "web"
    private let state = Mutex(State())

    init(_ servers: [HAProxyServer] = []) {
        state.withLock { state in
            for server in servers { state.servers[server.name] = Server(shown: server) }
        }
    }

    /// Answers nothing from now on, or again.
    func goAway(_ isAway: Bool) { state.withLock { $0.isAway = isAway } }

    /// Refuses all commands with this error; `nil` to obey again.
    func refuse(_ error: HAProxyError?) { state.withLock { $0.refusal = error } }

    /// Starts anew with the servers of its configuration alone.
    func restart(_ servers: [HAProxyServer] = []) {
        state.withLock { state in
            state.servers = Dictionary(servers.map { ($0.name, Server(shown: $0)) }, uniquingKeysWith: { $1 })
            state.authorities = []
        }
    }

    /// Gives a server so many sessions.
    func busy(_ name: String, sessions: Int, idleConnections: Int = 0) {
        state.withLock { state in
            state.servers[name]?.shown.sessions = sessions
            state.servers[name]?.idleConnections = idleConnections
        }
    }

    /// Adds a server by another hand.
    func intrude(_ server: HAProxyServer) { state.withLock { $0.servers[server.name] = Server(shown: server) } }

    /// The servers, by name.
    var servers: [HAProxyServer] {
        state.withLock { $0.servers.values.map(\.shown).sorted { $0.name < $1.name } }
    }

    /// The names of the servers that get new requests.
    var serving: [String] { servers.filter { !$0.isInMaintenance && !$0.isDraining }.map(\.name) }

    /// What was carried out, in order.
    var done: [HAProxyCommand] { state.withLock { $0.done } }

    func servers(of backend: String) async throws -> [HAProxyServer] {
        try state.withLock { state in
            try Self.check(state, backend, "show servers state \(backend)")
            return state.servers.values.map(\.shown)
        }
    }

    func perform(_ command: HAProxyCommand, backend: String) async throws {
        try state.withLock { state in
            let text = command.text(backend: backend)
            try Self.check(state, backend, text)
            if let refusal = state.refusal { throw refusal }
            if case .add(let name, let address, let port, let options) = command {
                try Self.add(name, address, port, options, text, &state)
            } else if var server = state.servers[command.server] {
                try Self.apply(command, to: &server, text)
                state.servers[command.server] = server
                if case .delete = command { state.servers[command.server] = nil }
            } else {
                throw HAProxyError(words: "No such server.", backend: backend, command: text)
            }
            state.done.append(command)
        }
    }

    func provideAuthority(_ name: String, pem: String) async throws {
        state.withLock { _ = $0.authorities.insert(name) }
    }

    private static func check(_ state: borrowing State, _ backend: String, _ command: String) throws {
        guard !state.isAway else { throw HAProxyError(.unreachable, "HAProxy does not answer") }
        guard backend == Self.backend else {
            throw HAProxyError(words: "No such backend.", backend: backend, command: command)
        }
    }

    private static func add(
        _ name: String,
        _ address: IPAddress,
        _ port: Int,
        _ options: String,
        _ text: String,
        _ state: inout State
    ) throws {
        func refuse(_ words: String) -> HAProxyError { HAProxyError(words: words, backend: backend, command: text) }
        guard state.servers[name] == nil else {
            throw refuse("Already exists a server with the same name in backend.")
        }
        let words = options.split(separator: " ").map(String.init)
        func value(_ key: String) -> String? {
            words.firstIndex(of: key).flatMap { words.indices.contains($0 + 1) ? words[$0 + 1] : nil }
        }
        if words.contains("bogus") { throw refuse("unknown keyword 'bogus'.") }
        if let file = value("ca-file"), !state.authorities.contains(file) {
            throw refuse("'ca-file' : unable to load \(file).")
        }
        state.servers[name] = Server(
            shown: HAProxyServer(
                name: name,
                address: address,
                port: port,
                usesTLS: words.contains("ssl"),
                isInMaintenance: true,
                weight: value("weight").flatMap { Int($0) } ?? 1,
                hasIdleCheck: words.contains("check"),
                sessions: 0
            ),
            options: options
        )
    }

    private static func apply(_ command: HAProxyCommand, to server: inout Server, _ text: String) throws {
        func refuse(_ words: String) -> HAProxyError { HAProxyError(words: words, backend: backend, command: text) }
        switch command {
        case .add: break
        case .move(_, let address, let port): (server.shown.address, server.shown.port) = (address, port)
        case .enableHealth: server.shown.hasIdleCheck = false
        case .weight(_, let weight):
            guard (0...256).contains(weight) else { throw refuse("Absolute weight can only be between 0 and 256") }
            server.shown.weight = weight
        case .ready: (server.shown.isInMaintenance, server.shown.isDraining) = (false, false)
        case .drain: (server.shown.isInMaintenance, server.shown.isDraining) = (false, true)
        case .maintenance:
            (server.shown.isInMaintenance, server.shown.isDraining) = (true, false)
            server.idleConnections = 0
        case .delete:
            guard server.shown.isInMaintenance else {
                throw refuse("Only servers in maintenance mode can be deleted.")
            }
            guard server.shown.sessions == 0, server.idleConnections == 0 else {
                throw refuse("Server still has connections attached to it, cannot remove it.")
            }
        }
    }
}
