import Synchronization
import Wire

/// The controllers that a program knows: those it was given, and those that controllers told it of.
package final class KnownControllers: Sendable {
    private struct State {
        var list: ControllerList
        var inUse: HostPort
    }

    private let state: Mutex<State>
    private let onChange: @Sendable ([HostPort]) -> Void

    /// The controllers of `list`.
    ///
    /// - Parameter onChange: Told of the live ones when a controller tells of others than before.
    package init(_ list: ControllerList, onChange: @escaping @Sendable ([HostPort]) -> Void = { _ in }) {
        state = Mutex(State(list: list, inUse: list.first))
        self.onChange = onChange
    }

    /// Those that are known now.
    package var list: ControllerList { state.withLock { $0.list } }

    /// The one that is asked at the moment, for those who tell of it.
    package var inUse: HostPort {
        get { state.withLock { $0.inUse } }
        set { state.withLock { $0.inUse = newValue } }
    }

    /// Takes what a controller told of: `host:port` of the live ones.
    package func learn(_ texts: [String]?) {
        guard texts != nil else { return }
        let news = state.withLock { state in state.list.learn(texts) ? state.list.learned : nil }
        if let news { onChange(news) }
    }

    /// Why another controller is to be asked after a problem, whose list is taken, too.
    package func failure(_ problem: Problem) -> ControllerRotation.Failure {
        learn(problem.controllers)
        return switch (problem.statusCode, problem.code) {
        case (421, Problem.otherControllerCode): .elsewhere(ControllerList.addresses(problem.controllers).first)
        case (503, Problem.noControllerCode): .unowned
        default: .broken
        }
    }
}
