import Shared

/// Counts the established TCP connections of a port in `/proc/net/tcp` and `/proc/net/tcp6` (proc_net_tcp): all sockets of the
/// machine as text, for kernels that do not answer over netlink.
enum SocketTable {
    /// The largest table that is read: about 27,000 sockets.
    private static let largest = 4 << 20
    private static let establishedState = "01"

    /// Connections to `port`; `nil` when the tables cannot be read.
    static func established(port: UInt16, countsLoopback: Bool, root: String = "/proc/net") -> Int? {
        guard let v4 = SmallFile.bytes(at: "\(root)/tcp", limit: largest) else { return nil }
        let v6 = SmallFile.bytes(at: "\(root)/tcp6", limit: largest) ?? []
        // A table that was cut off says too little.
        guard v4.count < largest, v6.count < largest else { return nil }
        return [v4, v6].reduce(0) { $0 + count(String(decoding: $1, as: UTF8.self), port, countsLoopback) }
    }

    /// The connections in one table.
    static func count(_ text: String, _ port: UInt16, _ countsLoopback: Bool) -> Int {
        text.split(separator: "\n").dropFirst().reduce(0) { count, line in
            let fields = line.split(separator: " ", maxSplits: 4)
            guard fields.count == 5, fields[3] == establishedState else { return count }
            guard let own = fields[1].split(separator: ":").last, UInt16(own, radix: 16) == port else { return count }
            guard let peer = fields[2].split(separator: ":").first else { return count }
            return countsLoopback || !isLoopback(peer) ? count + 1 : count
        }
    }

    /// Addresses are words of 32 bits in the machine's order: 127.0.0.1 is 0100007F on amd64.
    private static func isLoopback(_ address: Substring) -> Bool {
        switch address.count {
        case 8: address.hasSuffix("7F")
        case 32:
            address == "00000000000000000000000001000000"
                || (address.hasPrefix("0000000000000000FFFF0000") && address.hasSuffix("7F"))
        default: false
        }
    }
}
