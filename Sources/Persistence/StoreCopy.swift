/// Copies a whole store into another one, and compares.
package enum StoreCopy {
    /// What was copied.
    package struct Summary: Sendable, Codable, Equatable {
        /// Rows of the ledger.
        package var instances: Int
        /// Groups with values.
        package var groups: Int
        /// Events.
        package var events: Int
        /// Older events that the other store does not keep.
        package var eventsLeft: Int
        /// Join tokens.
        package var tokens: Int
        /// Whether the copy was read again and is the same.
        package var verified: Bool
    }

    /// Copies `source` into `target`, reads it back and compares.
    ///
    /// - Parameters:
    ///   - place: What the target is called in errors.
    ///   - replaces: Whether what is in the target may be replaced.
    /// - Throws: ``StoreFailure/notEmpty(_:)``, ``StoreFailure/copyDiffers(_:)``, or what the stores throw.
    package static func run(
        from source: any PortableStore,
        to target: any PortableStore,
        called place: String,
        replaces: Bool
    ) async throws -> Summary {
        if !replaces {
            let isEmpty: Bool
            do {
                isEmpty = try await target.snapshot().isEmpty
            } catch StoreFailure.incomplete {
                isEmpty = false
            }
            guard isEmpty else { throw StoreFailure.notEmpty(place) }
        }
        let whole = try await source.snapshot()
        let kept = whole.keepingEvents(target.keptEvents)
        try await target.replace(with: kept)
        if let difference = try await target.snapshot().firstDifference(from: kept) {
            throw StoreFailure.copyDiffers(difference)
        }
        return Summary(
            instances: kept.instances.count,
            groups: kept.groups.count,
            events: kept.events.count,
            eventsLeft: whole.events.count - kept.events.count,
            tokens: kept.tokens.count,
            verified: true
        )
    }
}
