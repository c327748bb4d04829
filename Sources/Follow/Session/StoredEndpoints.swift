import Shared
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The last set that the controller told, on disk: what a restart without a controller goes on with.
package struct StoredEndpoints: Sendable {
    /// What the file holds.
    struct Content: Codable, Equatable {
        /// The group that was asked for; none for the controller's first one.
        var group: String?
        /// The set.
        var set: EndpointSet
    }

    /// Why the file is of no use.
    package struct Unusable: Error, CustomStringConvertible {
        /// The file and the reason.
        package let description: String
    }

    private let path: String
    private let group: String?

    /// The file of `group` in `directory`.
    package init(directory: String, group: String?) {
        path = directory + "/endpoints.json"
        self.group = group
    }

    /// The set on disk; `nil` when there is none yet.
    ///
    /// - Throws: ``Unusable`` when it cannot be read, or is another group's.
    package func load() throws -> EndpointSet? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        guard let data = FileManager.default.contents(atPath: path), data.count <= WireLimits.streamLine else {
            throw Unusable(description: "\(path) cannot be read")
        }
        let content: Content
        do {
            content = try WireCoding.decode(Content.self, from: data)
        } catch {
            throw Unusable(description: "\(path): \(ErrorText.of(error))")
        }
        guard content.group == group else {
            throw Unusable(description: "\(path) is of group \(content.group ?? "(the first one)")")
        }
        return content.set
    }

    /// Puts the set on disk before returning.
    package func save(_ set: EndpointSet) throws {
        let data = try WireCoding.encoder().encode(Content(group: group, set: set))
        try DurableFile.write(String(decoding: data, as: UTF8.self) + "\n", to: path, mode: 0o600)
    }
}
