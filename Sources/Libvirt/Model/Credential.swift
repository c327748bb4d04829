/// A systemd credential that a guest finds under `/run/credentials/@system/NAME` after its next start.
///
/// It travels as an SMBIOS OEM string (type 11) `io.systemd.credential:NAME=VALUE`; see systemd.exec(5) and
/// systemd-creds(1). Its description never shows the value.
package struct Credential: Hashable, Sendable {
    /// `cms.` and then letters, digits, `.`, `_`, `-`; at most 255 characters.
    package var name: String
    /// Printable text in one line, at most 16 KiB; nil removes the credential of this name.
    package var value: String?

    /// Memberwise; checked when it is used.
    package init(name: String, value: String?) {
        self.name = name
        self.value = value
    }
}

extension Credential: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The name alone.
    package var description: String { "Credential(\(name))" }
    /// The name alone.
    package var debugDescription: String { description }
    /// The name alone.
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}
