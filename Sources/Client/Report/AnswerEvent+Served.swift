import Wire

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension AnswerEvent {
    /// The event of an answer.
    ///
    /// - Parameters:
    ///   - served: The answer, with where it came from.
    ///   - request: What was asked for.
    ///   - worker: Who asked.
    ///   - startedAt: When the request began.
    ///   - at: When the answer was complete.
    ///   - seconds: From the begin to the answer, by a clock that only goes forward.
    init(
        _ served: Served<LoadAnswer>,
        of request: LoadRequest,
        worker: Int,
        startedAt: Date,
        at: Date,
        seconds: Double
    ) {
        self.init(
            at: at,
            startedAt: startedAt,
            worker: worker,
            n: request.n,
            path: request.path,
            server: served.value.server,
            endpoint: served.endpoint.url,
            seconds: seconds,
            attempts: served.attempts
        )
        switch served.value.content {
        case .number(let number): result = number
        case .page(let page): (status, bytes) = (page.status, page.bytes)
        }
    }
}
