import Foundation

/// Writes a tar archive (POSIX ustar): enough for a few files with short names.
package struct TarWriter {
    /// The size of a block, bytes.
    static let block = 512
    /// The largest file that a header can tell, bytes.
    static let largest = 0o77777777777

    /// The header of a regular file.
    package static func header(name: String, size: Int, mode: Int, modifiedAt: Date) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: block)
        func put(_ text: String, at offset: Int, _ width: Int) {
            for (index, byte) in text.utf8.prefix(width).enumerated() { header[offset + index] = byte }
        }
        func octal(_ value: Int, at offset: Int, _ width: Int) {
            let digits = String(max(0, value), radix: 8)
            put(String(repeating: "0", count: max(0, width - 1 - digits.utf8.count)) + digits, at: offset, width - 1)
        }
        put(name, at: 0, 100)
        octal(mode, at: 100, 8)
        octal(0, at: 108, 8)
        octal(0, at: 116, 8)
        octal(size, at: 124, 12)
        octal(Int(modifiedAt.timeIntervalSince1970), at: 136, 12)
        put("        ", at: 148, 8)
        put("0", at: 156, 1)
        put("ustar", at: 257, 6)
        put("00", at: 263, 2)
        put("root", at: 265, 32)
        put("root", at: 297, 32)
        let sum = header.reduce(0) { $0 + Int($1) }
        octal(sum, at: 148, 7)
        header[154] = 0
        header[155] = 0x20
        return header
    }

    /// What fills the last block of a file.
    static func padding(after size: Int) -> [UInt8] {
        [UInt8](repeating: 0, count: (block - size % block) % block)
    }

    /// What ends the archive.
    package static let end = [UInt8](repeating: 0, count: 2 * block)
}
