import Foundation
import Libvirt
import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A Unix socket between us and libvirtd that can be cut, or made deaf, without touching libvirtd.
final class SocketRelay: Sendable {
    let path: String
    private let target: String?
    private let state = Mutex(State())

    private struct State {
        var listener: CInt = -1
        var isDeaf = false
        var descriptors: Set<CInt> = []
    }

    struct Failure: Error {
        var errno: CInt
    }

    /// `target` is the socket behind it; nil makes one that accepts and never says a word.
    init(to target: String?) throws {
        self.target = target
        path = "/tmp/cms-relay-\(UUID().uuidString.prefix(8))"
        try open()
    }

    deinit {
        cut()
    }

    /// Listens (again).
    func open() throws {
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        unlink(path)
        guard listener >= 0, Self.with(path, { bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            throw Failure(errno: errno)
        }
        state.withLock { $0.listener = listener }
        guard target != nil else { return }
        Thread { [weak self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0, let self else { return }
                self.relay(client)
            }
        }.start()
    }

    /// Ends every connection and accepts none, as when libvirtd is killed.
    func cut() {
        // Under the lock, so that no descriptor is closed and its number given to somebody else meanwhile.
        let listener = state.withLock { state in
            for descriptor in state.descriptors { shutdown(descriptor, Int32(SHUT_RDWR)) }
            defer { (state.listener, state.descriptors) = (-1, []) }
            return state.listener
        }
        if listener >= 0 {
            shutdown(listener, Int32(SHUT_RDWR))
            close(listener)
        }
        unlink(path)
    }

    /// Keeps the connections and lets nothing through, as when libvirtd hangs.
    func setDeaf(_ isDeaf: Bool) {
        state.withLock { $0.isDeaf = isDeaf }
    }

    /// Tells the second of two threads to clean up.
    private final class Pair: Sendable {
        private let running = Mutex(2)
        func endsNow() -> Bool {
            running.withLock { running in
                running -= 1
                return running == 0
            }
        }
    }

    private func relay(_ client: CInt) {
        guard let target else { return }
        let server = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.with(target, { connect(server, $0, $1) }) == 0 else {
            close(client)
            close(server)
            return
        }
        state.withLock { $0.descriptors.formUnion([client, server]) }
        let pair = Pair()
        for (from, to) in [(client, server), (server, client)] {
            Thread { [weak self] in
                var buffer = [UInt8](repeating: 0, count: 65536)
                while true {
                    let count = read(from, &buffer, buffer.count)
                    guard count > 0 else { break }
                    while self?.state.withLock({ $0.isDeaf }) == true { usleep(10_000) }
                    guard write(to, buffer, count) == count else { break }
                }
                shutdown(to, Int32(SHUT_RDWR))
                guard pair.endsNow() else { return }
                self?.state.withLock { $0.descriptors.subtract([client, server]) }
                close(client)
                close(server)
            }.start()
        }
    }

    private static func with(_ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8.prefix($0.count - 1)) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
