/// ReasonFormat as they are typed into a shell: what a person is to paste must arrive as it is.
public enum ShellText {
    /// A word that the shell hands on unchanged: in single quotes when it has to be.
    public static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-._/:=@%+,".utf8.contains(byte)
            }
        }
        guard !isPlain || text.isEmpty else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A file's name as the operand of another program: one that begins with a dash gets `./` before it.
    public static func path(_ text: String) -> String {
        word(text.hasPrefix("-") ? "./" + text : text)
    }

    /// A command with an operand and its options: `scale web --auto`, or `scale --auto -- -web` when the operand would
    /// be taken for an option.
    public static func command(_ words: String, operand: String, options: String? = nil) -> String {
        let parts = operand.hasPrefix("-") ? [words, options, "--", word(operand)] : [words, word(operand), options]
        return parts.compactMap(\.self).joined(separator: " ")
    }
}
