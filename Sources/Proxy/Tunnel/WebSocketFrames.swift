/// Follows the frames of one direction of a WebSocket (RFC 6455, 5.2), to find where a frame may be put between two.
struct WebSocketFrames: Sendable {
    /// A close frame of a server, unmasked, with the status 1001: the endpoint goes away (RFC 6455, 7.4.1).
    static let goingAway: [UInt8] = [0x88, 0x02, 0x03, 0xE9]

    private var header: [UInt8] = []
    private var payloadLeft: UInt64 = 0

    /// Whether the bytes until now end with a whole frame.
    var isBetweenFrames: Bool { header.isEmpty && payloadLeft == 0 }

    /// Takes the next bytes of the direction.
    mutating func consume(_ bytes: some Collection<UInt8>) {
        var rest = bytes[...]
        while !rest.isEmpty {
            if payloadLeft > 0 {
                let count = Int(min(UInt64(rest.count), payloadLeft))
                payloadLeft -= UInt64(count)
                rest = rest.dropFirst(count)
                continue
            }
            header.append(rest[rest.startIndex])
            rest = rest.dropFirst()
            guard let length = payloadLength else { continue }
            payloadLeft = length
            header.removeAll(keepingCapacity: true)
        }
    }

    /// The length of the payload when the header is whole.
    private var payloadLength: UInt64? {
        guard header.count >= 2 else { return nil }
        let short = header[1] & 0x7F
        let extended = short == 127 ? 8 : (short == 126 ? 2 : 0)
        let mask = header[1] & 0x80 == 0 ? 0 : 4
        guard header.count == 2 + extended + mask else { return nil }
        guard extended > 0 else { return UInt64(short) }
        return header[2..<2 + extended].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
