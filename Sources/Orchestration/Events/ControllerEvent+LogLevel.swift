import Lifecycle
import Logging

extension ControllerEvent.Kind {
    /// The level at which it is logged.
    var level: Logger.Level {
        switch severity {
        case .info: .info
        case .warning: .warning
        case .error: .error
        }
    }
}
