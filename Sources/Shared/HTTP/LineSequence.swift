import NIOCore

/// The lines of a streamed body, each at most `limit` bytes.
public struct LineSequence<Base: AsyncSequence>: AsyncSequence where Base.Element == ByteBuffer {
    private let base: Base
    private let limit: Int

    /// The lines of `base`.
    ///
    /// - Parameters:
    ///   - base: The chunks of a body.
    ///   - limit: The longest line in bytes; a longer one ends the sequence with ``LineDecoder/LineTooLong``.
    public init(_ base: Base, limit: Int) {
        self.base = base
        self.limit = limit
    }

    /// Begins reading.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(base: base.makeAsyncIterator(), decoder: LineDecoder(limit: limit))
    }

    /// Reads line after line.
    public struct AsyncIterator: AsyncIteratorProtocol {
        var base: Base.AsyncIterator
        var decoder: LineDecoder
        var ready: ArraySlice<ByteBuffer> = []

        /// The next line without its end, or `nil` when the body ended; an unfinished last line is dropped.
        public mutating func next() async throws -> ByteBuffer? {
            while true {
                if let line = ready.popFirst() { return line }
                guard let chunk = try await base.next() else { return nil }
                ready = try decoder.feed(chunk)[...]
            }
        }
    }
}
