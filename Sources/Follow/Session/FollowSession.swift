import Client
import Logging
import ServiceLifecycle
import Shared
import UnixSignals
import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The command line or a file that it names cannot be followed with.
package struct FollowUsageError: Error, CustomStringConvertible, Equatable {
    /// What is wrong, where, and the remedy.
    package let description: String

    /// An error.
    package init(_ description: String) {
        self.description = description
    }
}

/// One run of a follower: watch, renewal of the identity, the set on disk, and whoever applies the set.
package struct FollowSession: Sendable {
    /// What is followed.
    package struct Source: Sendable {
        /// The controllers.
        package var controllers: ControllerList
        /// The group; `nil` for the controller's first one.
        package var group: String?
        /// What is shown, and whom it trusts.
        package var identity: RotatingIdentity
        /// Where renewed certificates are kept.
        package var identityStore: IdentityStore
        /// Where the last set is kept, and the controllers that one told of; `nil`: nowhere.
        package var stateDirectory: String?

        /// A source.
        package init(
            controllers: ControllerList,
            group: String?,
            identity: RotatingIdentity,
            identityStore: IdentityStore,
            stateDirectory: String?
        ) {
            self.controllers = controllers
            self.group = group
            self.identity = identity
            self.identityStore = identityStore
            self.stateDirectory = stateDirectory
        }
    }

    private let source: Source
    private let gate = AcknowledgementGate()
    private let logger: Logger
    private let notifier: SystemdNotifier
    private let store: StoredEndpoints?
    private let known: KnownControllers
    /// What the target follows.
    package let feed: EndpointFeed

    /// A session, which does nothing before ``run(_:signals:)``.
    ///
    /// - Throws: When the state directory cannot be made.
    package init(_ source: Source, logger: Logger, notifier: SystemdNotifier = SystemdNotifier()) throws {
        self.source = source
        self.logger = logger
        self.notifier = notifier
        if let directory = source.stateDirectory {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        }
        known = Self.known(source, logger)
        let store = source.stateDirectory.map { StoredEndpoints(directory: $0, group: source.group) }
        self.store = store
        var stored: EndpointSet?
        do {
            stored = try store?.load()
        } catch {
            logger.warning("the endpoints of the last run are of no use", metadata: ["reason": "\(error)"])
        }
        if let stored {
            logger.info(
                "going on with the endpoints of the last run until the controller tells others",
                metadata: ["endpoints": "\(stored.endpoints.count)", "revision": "\(stored.revision)"]
            )
        }
        feed = EndpointFeed(gate: gate, stored: stored)
    }

    /// Runs until a signal, or until the target ends.
    ///
    /// - Throws: Problem when the controller refuses the watch and there is no set to go on with; what the target throws.
    package func run(_ target: any Service, signals: [UnixSignal] = [.sigterm, .sigint]) async throws {
        let log = WatchLog(logger)
        var settings = EndpointWatcher.Settings()
        settings.group = source.group
        let watcher = EndpointWatcher(
            known: known,
            identity: source.identity,
            gate: gate,
            settings: settings,
            onEvent: { [log] in log.record($0) }
        )
        let renewer = IdentityRenewer(
            known: known,
            identity: source.identity,
            store: source.identityStore,
            onEvent: { [logger] in Self.log($0, logger) }
        )
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(service: ReadinessService(notifier: notifier, feed: feed)),
                .init(service: renewer),
                .init(service: FeedKeeper(gate: gate, feed: feed, store: store, logger: logger)),
                .init(service: WatchService(watcher: watcher, feed: feed, logger: logger)),
                .init(service: target, successTerminationBehavior: .gracefullyShutdownGroup),
            ],
            gracefulShutdownSignals: signals,
            logger: Logger(label: "cms-client", factory: { _ in SwiftLogNoOpLogHandler() })
        )
        configuration.maximumGracefulShutdownDuration = .seconds(15)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// The controllers that are given and those of the last run; what one tells of is kept.
    private static func known(_ source: Source, _ logger: Logger) -> KnownControllers {
        guard let store = source.stateDirectory.map(StoredControllers.init(directory:)) else {
            return KnownControllers(source.controllers)
        }
        let list = ControllerList(source.controllers.configured, remembered: store.load()) ?? source.controllers
        return KnownControllers(list) { controllers in
            do {
                try store.save(controllers)
            } catch {
                logger.error("the controllers cannot be kept on disk", metadata: ["reason": "\(ErrorText.of(error))"])
            }
        }
    }

    private static func log(_ event: IdentityRenewer.Event, _ logger: Logger) {
        switch event {
        case .renewed(let date, nil):
            logger.info("the certificate was renewed", metadata: ["not-after": "\(date.rfc3339)"])
        case .renewed(let date, let reason?):
            logger.error(
                "the certificate was renewed and cannot be kept on disk",
                metadata: ["not-after": "\(date.rfc3339)", "reason": "\(reason)"]
            )
        case .failed(let reason, let wait):
            logger.warning(
                "the certificate could not be renewed",
                metadata: ["reason": "\(reason)", "retry-in": "\(DurationText.text(wait))"]
            )
        }
    }
}
