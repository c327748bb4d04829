/// What a program says that it has put into effect.
package enum AcknowledgementLine {
    /// The revision of `ack REVISION`; `nil` for any other line.
    package static func revision(_ line: some StringProtocol) -> UInt64? {
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "ack" else { return nil }
        return UInt64(words[1])
    }
}
