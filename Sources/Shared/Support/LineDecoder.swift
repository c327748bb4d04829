import NIOCore

/// Cuts a stream of bytes into lines, with a bound on the length of a line.
public struct LineDecoder: Sendable {
    /// A peer sent more bytes than a line may have.
    public struct LineTooLong: Error, CustomStringConvertible {
        /// The bound in bytes.
        public let limit: Int

        /// What happened.
        public var description: String { "the peer sent a line of more than \(limit) bytes" }
    }

    private let limit: Int
    private var pending = ByteBuffer()
    private var scanned = 0

    /// A decoder for lines of at most `limit` bytes.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Takes bytes and returns the lines that are complete now, without their ends; empty lines are left out.
    public mutating func feed(_ bytes: ByteBuffer) throws -> [ByteBuffer] {
        pending.writeImmutableBuffer(bytes)
        var lines: [ByteBuffer] = []
        while let end = pending.readableBytesView.dropFirst(scanned).firstIndex(of: 0x0A) {
            let length = end - pending.readerIndex
            guard length <= limit else { throw LineTooLong(limit: limit) }
            if let line = pending.readSlice(length: length), length > 0 { lines.append(line) }
            pending.moveReaderIndex(forwardBy: 1)
            scanned = 0
        }
        scanned = pending.readableBytes
        guard scanned <= limit else { throw LineTooLong(limit: limit) }
        pending.discardReadBytes()
        return lines
    }
}
