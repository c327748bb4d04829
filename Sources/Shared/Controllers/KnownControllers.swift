import Synchronization
import Wire

/// The controllers that a program knows: those it was given, and those that controllers told it of.
package final class KnownControllers: Sendable {
    private let state: Mutex<ControllerList>
    private let onChange: @Sendable ([HostPort]) -> Void

    /// The controllers of `list`.
    ///
    /// - Parameter onChange: Told of the live ones when a controller tells of others than before.
    package init(_ list: ControllerList, onChange: @escaping @Sendable ([HostPort]) -> Void = { _ in }) {
        state = Mutex(list)
        self.onChange = onChange
    }

    /// Those that are known now.
    package var list: ControllerList { state.withLock { $0 } }

    /// Takes what a controller told of: `host:port` of the live ones.
    package func learn(_ texts: [String]?) {
        guard texts != nil else { return }
        let news = state.withLock { list in list.learn(texts) ? list.learned : nil }
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
