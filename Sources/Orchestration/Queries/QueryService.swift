import Autoscaling
import Lifecycle
import Logging
import Monitoring
import ServiceLifecycle
import Shared
import Synchronization

/// Asks the queries of all groups' rules, each at its own interval, and puts the answers on the board.
///
/// It runs beside the ticks: whatever a server does, no decision waits for it. A query that several groups have is asked
/// once; one whose answer is late is not asked again meanwhile.
package final class QueryService: Service {
    private let groups: [GroupRuntime]
    private let board: QueryBoard
    private let client: any PrometheusClient
    private let clock: SteadyClock
    private let logger: Logger
    private let plan = Mutex(QueryPlan())

    /// A service for these groups.
    package init(
        groups: [GroupRuntime],
        board: QueryBoard,
        client: any PrometheusClient,
        clock: SteadyClock,
        logger: Logger
    ) {
        self.groups = groups
        self.board = board
        self.client = client
        self.clock = clock
        self.logger = logger
    }

    /// Asks until the service stops.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { tasks in
                while !Task.isCancelled {
                    let queries = Set(self.groups.flatMap(\.configuration.policy.queries))
                    self.board.keep(only: queries)
                    for query in self.plan.withLock({ $0.take(queries, now: self.clock.now) }) {
                        tasks.addTask { await self.ask(query) }
                    }
                    try? await Task.sleep(for: self.plan.withLock { $0.wait(now: self.clock.now) })
                }
                tasks.cancelAll()
            }
        }
    }

    private func ask(_ query: PrometheusQuery) async {
        defer { plan.withLock { $0.ended(query) } }
        do {
            let answer = try await client.ask(query)
            board.note(answer, of: query, now: clock.now, date: clock.date)
        } catch  where error is CancellationError || Task.isCancelled {
            // The service stops: that is no failure of the query.
        } catch {
            let failure = error as? QueryFailure ?? QueryFailure(.unreachable, ErrorText.of(error))
            board.note(failure, of: query)
            logger.debug(
                "query without a value",
                metadata: ["query": "\(query.title)", "url": "\(query.url)", "error": "\(failure)"]
            )
        }
    }
}
