import Crypto
import Foundation
import Glibc
import Wire

/// The secret of the web interface: never kept itself, only its hash.
package struct WebToken: Sendable {
    /// Why a file does not give one.
    package struct Failure: Error, CustomStringConvertible, Equatable {
        /// What is wrong and the remedy.
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// The fewest characters.
    static let shortest = 16
    /// The most.
    static let longest = 1024
    private let hash: SHA256Digest

    /// A token.
    package init(_ text: String) {
        hash = SHA256.hash(data: Data(text.utf8))
    }

    /// The token in a file: its first line, without blanks around it.
    ///
    /// - Throws: ``Failure`` when it cannot be read, is too short, or may be read by everyone.
    package init(file path: String) throws {
        let place = ShellText.path(path)
        func fail(_ reason: String) -> Failure { Failure(description: "web-token-file: \(path): \(reason)") }
        guard access(path, R_OK) == 0, let handle = FileHandle(forReadingAtPath: path) else {
            throw fail(
                "\(String(cString: strerror(errno))); make one with: install -m 600 /dev/null \(place) && openssl rand -hex 24 > \(place)"
            )
        }
        // The file that is open, whatever the name stands for by now.
        let facts = try FileManager.default.attributesOfItem(
            atPath: URL(fileURLWithPath: "/proc/self/fd/\(handle.fileDescriptor)").resolvingSymlinksInPath().path
        )
        guard facts[.type] as? FileAttributeType == .typeRegular else { throw fail("it is no file") }
        guard let mode = facts[.posixPermissions] as? Int, mode & 0o006 == 0 else {
            throw fail(
                "everyone on this host may read or write it; run: chmod 600 \(place); then put another token into it"
            )
        }
        let data = try handle.read(upToCount: Self.longest + 2) ?? Data()
        let text =
            String(decoding: data, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false).first?
            .trimmingCharacters(in: .whitespaces) ?? ""
        guard (Self.shortest...Self.longest).contains(text.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
        else {
            throw fail(
                "it must hold one line of \(Self.shortest) to \(Self.longest) printable characters without blanks; run: openssl rand -hex 24 > \(place)"
            )
        }
        self.init(text)
    }

    /// Whether `text` is the token; takes the same time whatever it is.
    func matches(_ text: Substring) -> Bool {
        SHA256.hash(data: Data(text.utf8)) == hash
    }
}
