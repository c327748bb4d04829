import Foundation

/// The text of a file that people write, in whatever encoding their editor chose.
package enum FileText {
    private static let marks: [(bytes: [UInt8], encoding: String.Encoding)] = [
        ([0xEF, 0xBB, 0xBF], .utf8),
        ([0xFF, 0xFE, 0x00, 0x00], .utf32LittleEndian), ([0x00, 0x00, 0xFE, 0xFF], .utf32BigEndian),
        ([0xFF, 0xFE], .utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
    ]

    /// The text without its byte order mark, which says which encoding it has; UTF-8 when there is none. `nil` when it is
    /// not text of that encoding.
    package static func read(_ data: Data) -> String? {
        for mark in marks where data.starts(with: mark.bytes) {
            return String(data: data.dropFirst(mark.bytes.count), encoding: mark.encoding)
        }
        return String(validating: data, as: UTF8.self)
    }

    /// The line of the first byte that is no UTF-8, from 1.
    static func damagedLine(_ data: Data) -> Int {
        let lines = data.split(separator: 0x0A, omittingEmptySubsequences: false)
        let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
        return index + 1
    }
}
