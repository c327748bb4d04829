import ConfigurationValues
import Foundation
import Lifecycle
import NIOCore
import NIOHTTP1

extension OperatorClient {
    /// Orders nothing in a group from now on; returns what stands.
    package func pause(group: String) async throws -> GroupSteering {
        try await answer(.POST, Self.path(group, "pause"))
    }

    /// Orders again; returns what stands.
    package func resume(group: String) async throws -> GroupSteering {
        try await answer(.POST, Self.path(group, "resume"))
    }

    /// Holds a size, for a time or until it is released; returns what stands.
    package func hold(group: String, size: Int, for time: Duration?) async throws -> GroupSteering {
        let end = time.map { "&for=\($0 / .seconds(1))" } ?? ""
        return try await answer(
            .PUT,
            Self.path(group, "size?size=\(size)\(end)")
        )
    }

    /// Lets the rules decide again; returns what stands.
    package func release(group: String) async throws -> GroupSteering {
        try await answer(.DELETE, Self.path(group, "size"))
    }

    /// Has the controller read its configuration anew; returns what changed.
    package func reload() async throws -> ReloadPlan {
        try await answer(.POST, "/v1/reload")
    }

    private static func path(_ group: String, _ rest: String) -> String { "/v1/groups/\(escaped(group))/\(rest)" }
}
