import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The controllers that a controller told of last, on disk: a line for each.
package struct StoredControllers: Sendable, Equatable {
    private let path: String

    /// The file `controllers` in a directory.
    package init(directory: String) {
        path = directory + "/controllers"
    }

    /// Those on disk; empty when there are none that can be read.
    package func load() -> [HostPort] {
        let limit = WireLimits.controllers * (WireLimits.controllerText + 1)
        guard let data = FileManager.default.contents(atPath: path), data.count <= limit else { return [] }
        return ControllerList.addresses(String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init))
    }

    /// Puts them on disk before returning; the directory must be there.
    package func save(_ controllers: [HostPort]) throws {
        try DurableFile.write(controllers.map { "\($0)\n" }.joined(), to: path, mode: 0o600)
    }
}
