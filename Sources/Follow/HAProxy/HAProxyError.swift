import Wire

/// Why HAProxy did not do what it was told.
package struct HAProxyError: Error, CustomStringConvertible, Equatable {
    /// What is wrong.
    package enum Reason: Sendable, Equatable {
        /// Nothing answers on the socket.
        case unreachable
        /// The backend is not in the configuration.
        case noSuchBackend
        /// The server is gone.
        case noSuchServer
        /// There is a server of that name.
        case exists
        /// The server has connections still, or is not in maintenance.
        case busy
        /// The backend balances by a fixed table.
        case fixedBalance
        /// This version knows no servers that come and go.
        case tooOld
        /// The socket gives too few rights.
        case notPermitted
        /// An authority was named that HAProxy has not.
        case noAuthority
        /// What HAProxy says is no answer.
        case unreadable
        /// Something else, in HAProxy's words.
        case refused
    }

    /// What is wrong.
    package let reason: Reason
    /// One sentence with the remedy.
    package let description: String

    /// An error.
    package init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }

    /// What HAProxy's answer to a command says is wrong; `nil` when nothing is.
    package init?(answer: String, to command: HAProxyCommand, backend: String) {
        let words = answer.split(whereSeparator: \.isNewline).joined(separator: " ")
        let isFine =
            switch command {
            case .add: words.hasPrefix("New server registered")
            case .delete: words.hasPrefix("Server deleted")
            case .move: words.isEmpty || words.contains("changed from") || words.contains("no need to change")
            default: words.isEmpty
            }
        guard !isFine else { return nil }
        self.init(words: words, backend: backend, command: command.text(backend: backend))
    }

    /// The error that HAProxy's words are.
    package init(words: String, backend: String, command: String) {
        let said = PrintableText.of(String(words.prefix(300)))
        let known: [(fragment: String, reason: Reason, text: String)] = [
            (
                "No such backend", .noSuchBackend,
                "HAProxy has no backend '\(backend)'; add it to haproxy.cfg or name another one with --backend"
            ),
            (
                "Can't find backend", .noSuchBackend,
                "HAProxy has no backend '\(backend)'; add it to haproxy.cfg or name another one with --backend"
            ),
            (
                "No such proxy", .noSuchBackend,
                "HAProxy has no backend '\(backend)'; add it to haproxy.cfg or name another one with --backend"
            ),
            ("No such server", .noSuchServer, "HAProxy has no such server: \(command)"),
            ("Already exists", .exists, "HAProxy has that server already: \(command)"),
            ("still has connections", .busy, "the server has connections still: \(command)"),
            ("in maintenance mode can be deleted", .busy, "the server is not in maintenance: \(command)"),
            (
                "dynamic load balancing", .fixedBalance,
                "backend '\(backend)' balances by a fixed table, to which no server can be added; give it another "
                    + "'balance' (roundrobin, leastconn, random) or 'hash-type consistent'"
            ),
            (
                "experimental", .tooOld,
                "this HAProxy cannot add servers; version 2.6 or newer is needed, or --slots with a 'server-template'"
            ),
            (
                "Unknown command", .tooOld,
                "this HAProxy does not know '\(command.prefix(40))'; version 2.6 or newer is needed, or --slots with a "
                    + "'server-template'"
            ),
            (
                "Permission denied", .notPermitted,
                "the socket does not permit '\(command.prefix(40))'; write 'stats socket … level admin' in haproxy.cfg"
            ),
            ("unable to load", .noAuthority, "HAProxy has not loaded the authority: \(said)"),
        ]
        if let match = known.first(where: { words.contains($0.fragment) }) {
            self.init(match.reason, match.text)
        } else {
            self.init(.refused, "HAProxy refuses '\(command)': \(said.isEmpty ? "no reason given" : said)")
        }
    }
}
