/// Finds what would keep the YAML parser busy for ages.
///
/// The parser compares the keys of each mapping. A key that is a list of aliases, of lists of aliases, and so on, has
/// more parts than can be counted, out of a few lines of text. No key of a configuration is a list, a mapping or an alias.
package enum AliasCheck {
    /// Few aliases cannot grow far.
    private static let harmless = 16

    /// The line, from 1, of the first key that is no word, in a text with many aliases; `nil` when there is none.
    package static func line(in text: String) -> Int? {
        var aliases = 0
        var found: Int?
        for (index, line) in text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .enumerated()
        {
            let scan = scan(Array(line))
            aliases += scan.aliases
            if scan.hasKey { found = found ?? index + 1 }
        }
        return aliases > harmless ? found : nil
    }

    /// How many aliases there are in a line, and whether a list, a mapping or an alias is a key.
    ///
    /// Texts in quotes and comments are taken for YAML, too.
    private static func scan(_ line: [UInt8]) -> (aliases: Int, hasKey: Bool) {
        var (aliases, hasKey) = (0, false)
        for (index, byte) in line.enumerated() {
            let isFirst = index == 0 || " \t[{,:?-".utf8.contains(line[index - 1])
            switch byte {
            case UInt8(ascii: "*") where isFirst:
                let name = line[(index + 1)...].prefix(while: isNamePart)
                guard !name.isEmpty else { continue }
                aliases += 1
                hasKey = hasKey || isColon(after: name.endIndex, line)
            case UInt8(ascii: "]"), UInt8(ascii: "}"): hasKey = hasKey || isColon(after: index + 1, line)
            case UInt8(ascii: "?") where isFirst: hasKey = hasKey || index + 1 == line.count || isBlank(line[index + 1])
            default: continue
            }
        }
        return (aliases, hasKey)
    }

    private static func isColon(after index: Int, _ line: [UInt8]) -> Bool {
        line[index...].first { !isBlank($0) } == UInt8(ascii: ":")
    }

    private static func isBlank(_ byte: UInt8) -> Bool { " \t\r".utf8.contains(byte) }

    private static func isNamePart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
