#if canImport(Glibc)
import Glibc
#endif

/// Counts the established TCP connections of a port, as the kernel tells them over netlink (sock_diag(7)).
///
/// No privilege is needed, and the kernel picks the port's sockets itself, so that a machine with many others costs no
/// more.
struct SocketDiagnosis: Sendable {
    /// Numbers of `linux/sock_diag.h`, `linux/inet_diag.h` and `linux/netlink.h`.
    private enum Kernel {
        static let sockDiagByFamily: UInt16 = 20
        static let requestDump: UInt16 = 0x301
        static let error: UInt16 = 2
        static let done: UInt16 = 3
        static let netlinkSockDiag: Int32 = 4
        static let tcp: UInt8 = 6
        static let established: UInt32 = 1 << 1
        static let headerSize = 16
        static let requestSize = 56
        /// Where the peer's address stands in a message: header, 4 bytes, two ports, own address.
        static let peerOffset = headerSize + 4 + 4 + 16
        static let messageSize = headerSize + 72
    }

    /// How long the kernel may take: it answers at once.
    private static let timeout = timeval(tv_sec: 0, tv_usec: 200_000)
    /// The most messages read for one count.
    private static let mostMessages = 1_000_000

    /// Connections to `port`; `nil` when the kernel does not say.
    ///
    /// - Parameters:
    ///   - port: The service's port.
    ///   - countsLoopback: Whether connections of this machine to itself count.
    static func established(port: UInt16, countsLoopback: Bool = false) -> Int? {
        guard let v4 = count(port: port, family: UInt8(AF_INET), countsLoopback) else {
            // A kernel without its module for this still has the tables as text.
            return SocketTable.established(port: port, countsLoopback: countsLoopback)
        }
        // Where IPv6 is off there is nothing to count.
        return v4 + (count(port: port, family: UInt8(AF_INET6), countsLoopback) ?? 0)
    }

    private static func count(port: UInt16, family: UInt8, _ countsLoopback: Bool) -> Int? {
        let descriptor = socket(
            AF_NETLINK,
            Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue),
            Kernel.netlinkSockDiag
        )
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var timeout = timeout
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        let request = request(port: port, family: family)
        guard send(descriptor, request, request.count, 0) == request.count else { return nil }
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        var total = 0
        for _ in 0..<mostMessages {
            let length = recv(descriptor, &buffer, buffer.count, 0)
            guard length > 0 else { return nil }
            guard let found = read(buffer[..<length], countsLoopback: countsLoopback) else { return nil }
            total += found.connections
            if found.isLast { return total }
        }
        return nil
    }

    /// A dump of one family's established sockets with that port.
    static func request(port: UInt16, family: UInt8) -> [UInt8] {
        var bytes: [UInt8] = []
        append(UInt32(Kernel.headerSize + Kernel.requestSize), to: &bytes)
        append(Kernel.sockDiagByFamily, to: &bytes)
        append(Kernel.requestDump, to: &bytes)
        append(UInt32(1), to: &bytes)
        append(UInt32(0), to: &bytes)
        bytes += [family, Kernel.tcp, 0, 0]
        append(Kernel.established, to: &bytes)
        bytes += [UInt8(port >> 8), UInt8(port & 0xFF)]
        bytes += [UInt8](repeating: 0, count: Kernel.headerSize + Kernel.requestSize - bytes.count)
        return bytes
    }

    /// The connections in one answer of the kernel, and whether it is the last; `nil` for an error or what is none.
    static func read(_ bytes: ArraySlice<UInt8>, countsLoopback: Bool) -> (connections: Int, isLast: Bool)? {
        var rest = bytes
        var connections = 0
        while rest.count >= Kernel.headerSize {
            let start = rest.startIndex
            let length = Int(UInt32(number(rest[start..<start + 4])))
            let type = UInt16(number(rest[start + 4..<start + 6]))
            guard length >= Kernel.headerSize, length <= rest.count else { return nil }
            switch type {
            case Kernel.done: return (connections, true)
            case Kernel.error: return nil
            case Kernel.sockDiagByFamily:
                guard length >= Kernel.messageSize else { return nil }
                let peer = Array(rest[start + Kernel.peerOffset..<start + Kernel.peerOffset + 16])
                if countsLoopback || !isLoopback(peer, family: rest[start + Kernel.headerSize]) { connections += 1 }
            default: break
            }
            // Messages stand at multiples of four.
            rest = rest.dropFirst(min(rest.count, (length + 3) & ~3))
        }
        return (connections, false)
    }

    /// The agent's own look at the service is no work, nor is another program of this machine.
    private static func isLoopback(_ address: [UInt8], family: UInt8) -> Bool {
        if family == UInt8(AF_INET) { return address[0] == 127 }
        let isMapped = address[..<10].allSatisfy { $0 == 0 } && address[10] == 0xFF && address[11] == 0xFF
        if isMapped { return address[12] == 127 }
        return address[..<15].allSatisfy { $0 == 0 } && address[15] == 1
    }

    private static func append(_ value: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: value) { bytes += $0 }
    }

    /// A number in the machine's own order, as netlink has it.
    private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        #if _endian(little)
        bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
        #else
        bytes.reduce(0) { $0 << 8 | UInt64($1) }
        #endif
    }
}
