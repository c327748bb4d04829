import NIOCore
import Shared
import Testing

@Suite("Lines out of a stream of bytes")
struct LineDecoderTests {
    @Test("any cutting of the bytes gives the same lines", arguments: 1...12)
    func cuts(size: Int) throws {
        let text = "first\n\nsecond line\nthird\nunfinished"
        var decoder = LineDecoder(limit: 100)
        var lines: [String] = []
        var rest = ArraySlice(text.utf8)
        while !rest.isEmpty {
            let chunk = ByteBuffer(bytes: rest.prefix(size))
            rest = rest.dropFirst(size)
            lines += try decoder.feed(chunk).map { String(buffer: $0) }
        }
        #expect(lines == ["first", "second line", "third"])
    }

    @Test("a line over the limit is refused, ended or not")
    func tooLong() throws {
        var ended = LineDecoder(limit: 8)
        #expect(throws: LineDecoder.LineTooLong.self) { try ended.feed(ByteBuffer(string: "123456789\n")) }
        var open = LineDecoder(limit: 8)
        #expect(throws: LineDecoder.LineTooLong.self) { try open.feed(ByteBuffer(string: "123456789")) }
        var fits = LineDecoder(limit: 8)
        #expect(try fits.feed(ByteBuffer(string: "12345678\n")).count == 1)
    }
}

@Suite("Waiting between attempts")
struct BackoffTests {
    @Test("waits grow to the maximum and never beyond, and begin anew after a success")
    func grows() {
        var backoff = Backoff(base: .milliseconds(100), maximum: .seconds(2))
        let waits = (0..<40).map { _ in backoff.next() }
        #expect(waits[0] >= .milliseconds(50) && waits[0] <= .milliseconds(100))
        #expect(waits.allSatisfy { $0 <= .seconds(2) })
        #expect(waits.suffix(10).allSatisfy { $0 >= .seconds(1) })
        backoff.reset()
        #expect(backoff.next() <= .milliseconds(100))
    }
}
