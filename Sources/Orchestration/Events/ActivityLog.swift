import Autoscaling
import Foundation
import Glibc
import Lifecycle
import Wire

/// The log for people: one line per VM and second with time, VM and CPU.
package struct ActivityLog: Sendable {
    /// The file cannot be written.
    package struct Unusable: Error, CustomStringConvertible {
        package let path: String
        package let reason: String

        /// One sentence with the remedy.
        package var description: String {
            "the log \(path) cannot be written: \(reason); check its owner and the free space, or choose another with "
                + "--log-file"
        }
    }

    private let descriptor: Int32

    /// Appends to the file at `path`.
    package init(path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw Unusable(path: path, reason: String(cString: strerror(errno)))
        }
    }

    package func record(_ instance: Instance, _ estimate: LoadEstimate, _ host: HostSample?, at date: Date) {
        func percent(_ value: Double?) -> String { value.map { "\(Int($0.rounded())) %" } ?? "-" }
        let line =
            "\(date.rfc3339) \(instance.name) CPU \(percent(estimate.utilization)) "
            + "(host \(percent(estimate.hostAge == nil ? nil : host?.utilization)), guest \(percent(estimate.guestBusy)), "
            + "\(instance.state.rawValue))\n"
        // A full disk costs a line of this log, nothing else.
        _ = Array(line.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
    }
}
