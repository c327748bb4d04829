import ConfigurationValues
import ControllerHTTP
import EmbeddedStore
import Foundation
import History
import Lifecycle
import Monitoring
import Orchestration
import Telemetry

/// Those who only look: what they do slows nothing down, and what they lose is lost to them alone.
struct Observers {
    /// `nil`: none is kept.
    let history: History?
    /// `nil`: none are written.
    let spans: SpanService?
    let metrics: ControllerMetrics
    let feed: EventFeed

    init(_ state: OpenedState, _ shared: SharedParts) {
        history = state.configuration.historySize.map { size in
            History(
                path: "\(state.directory.path)/\(HistoryStore.fileName)",
                limit: size,
                eventBus: shared.eventBus,
                groups: shared.groups.count,
                clock: state.clock,
                report: { [events = shared.events] in events.record($0) },
                logger: state.logger
            )
        }
        spans = state.configuration.spansFile.map { path in
            SpanService(
                path: path,
                ledger: state.ledger.filter { row in shared.groups.contains { $0.name == row.group } },
                eventBus: shared.eventBus,
                logger: state.logger
            )
        }
        metrics = ControllerMetrics(
            ControllerMetrics.Sources(
                groups: shared.groups,
                registry: shared.registry,
                identity: state.identity,
                authority: state.authority,
                queries: shared.queries,
                hosts: shared.hosts,
                clock: state.clock
            ),
            into: state.metrics,
            eventBus: shared.eventBus,
            interval: state.configuration.interval
        )
        feed = EventFeed(
            store: state.store,
            eventBus: shared.eventBus,
            clock: state.clock,
            logger: state.logger
        )
    }
}
