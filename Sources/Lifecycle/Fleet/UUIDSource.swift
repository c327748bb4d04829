import Foundation

/// Where new UUIDs come from.
///
/// The fleet does not draw them itself, so that the same history gives the same ledger.
package struct UUIDSource: Sendable, Equatable {
    private let make: @Sendable () -> String

    /// A source that calls `make`, which gives canonical lower-case UUIDs, each once.
    package init(_ make: @escaping @Sendable () -> String) {
        self.make = make
    }

    /// Random ones.
    package static let random = UUIDSource { UUID().uuidString.lowercased() }

    /// The next one.
    package func next() -> String { make() }

    /// Any two are equal: where the names come from is no part of a fleet's state.
    package static func == (left: UUIDSource, right: UUIDSource) -> Bool { true }
}
