import NIOCore
import NIOPosix
import Shared
import Wire

/// HAProxy's own socket (`stats socket … level admin`): one connection a command, bounded in time and size.
package struct HAProxySocket: HAProxyRuntime {
    /// Where the socket is.
    package enum Place: Sendable, Hashable, CustomStringConvertible {
        /// A path.
        case path(String)
        /// A TCP port.
        case port(HostPort)

        /// A path when it has a slash, else HOST:PORT; `nil` for neither.
        package init?(_ text: String) {
            if text.contains("/") {
                // What fits into a socket's address.
                guard text.utf8.count < 108 else { return nil }
                self = .path(text)
            } else if let port = HostPort(text), port.port > 0 {
                self = .port(port)
            } else {
                return nil
            }
        }

        /// As the command line has it.
        package var description: String {
            switch self {
            case .path(let path): path
            case .port(let port): "\(port)"
            }
        }
    }

    /// The largest answer: the statistics of 10,000 servers fit.
    private static let answerLimit = 16 << 20
    private let place: Place
    private let deadline: Duration

    /// A socket.
    ///
    /// - Parameters:
    ///   - place: Where it is.
    ///   - deadline: The longest time of a command, connecting included.
    package init(_ place: Place, deadline: Duration = .seconds(5)) {
        self.place = place
        self.deadline = deadline
    }

    package func servers(of backend: String) async throws -> [HAProxyServer] {
        // The sessions last: one that is seen in maintenance gets no more of them before they are counted.
        let state = try await ask("show servers state \(backend)")
        let statistics = try await ask("show stat \(backend) 4 -1")
        return try HAProxyAnswers.servers(state: state, statistics: statistics, backend: backend)
    }

    package func perform(_ command: HAProxyCommand, backend: String) async throws {
        let answer = try await ask(command.text(backend: backend))
        if let error = HAProxyError(answer: answer, to: command, backend: backend) { throw error }
    }

    package func provideAuthority(_ name: String, pem: String) async throws {
        let listed = try await ask("show ssl ca-file")
        guard !HAProxyAnswers.authorities(listed).contains(name) else { return }
        let lines = pem.split(whereSeparator: \.isNewline).joined(separator: "\n")
        let isListed = listed.split(whereSeparator: \.isNewline).contains { $0.hasPrefix("\(name) - ") }
        var steps: [(command: String, expected: String)] = [
            ("set ssl ca-file \(name) <<\n\(lines)\n", "transaction"), ("commit ssl ca-file \(name)", "Success"),
        ]
        if !isListed { steps.insert(("new ssl ca-file \(name)", "created"), at: 0) }
        for step in steps {
            let answer = try await ask(step.command)
            guard answer.contains(step.expected) else {
                let command = String(step.command.prefix { !$0.isNewline })
                throw HAProxyError(
                    words: answer.split(whereSeparator: \.isNewline).joined(separator: " "),
                    backend: "",
                    command: command
                )
            }
        }
    }

    /// Sends a command and reads all that comes back.
    private func ask(_ command: String) async throws -> String {
        do {
            return try await withDeadline(deadline) {
                let channel = try await connect()
                return try await channel.executeThenClose { inbound, outbound in
                    try await outbound.write(ByteBuffer(string: command + "\n"))
                    var answer = ByteBuffer()
                    for try await part in inbound {
                        guard answer.readableBytes + part.readableBytes <= Self.answerLimit else {
                            throw HAProxyError(.unreadable, "HAProxy's answer is larger than \(Self.answerLimit) bytes")
                        }
                        answer.writeImmutableBuffer(part)
                    }
                    return String(buffer: answer)
                }
            }
        } catch let error as HAProxyError {
            throw error
        } catch is CancellationError {
            throw CancellationError()
        } catch {
            throw HAProxyError(.unreachable, "HAProxy does not answer on \(place): \(ErrorText.of(error))")
        }
    }

    private func connect() async throws -> NIOAsyncChannel<ByteBuffer, ByteBuffer> {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(TimeAmount(deadline))
        let wrap: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<ByteBuffer, ByteBuffer>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
        switch place {
        case .path(let path): return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: wrap)
        case .port(let port):
            return try await bootstrap.connect(host: port.host, port: port.port, channelInitializer: wrap)
        }
    }
}
