import Autoscaling
import Foundation
import Libvirt
import Lifecycle
import Logging
import Wire

extension LoadEstimate {
    /// The estimate as log metadata; a value that is missing is left out.
    package func metadata(_ instance: Instance, host: HostSample?, at date: Date) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "instance": "\(instance.name)", "state": "\(instance.state.rawValue)", "case": "\(merge.rawValue)",
            "at": "\(date.rfc3339)",
        ]
        let values: [(String, Double?)] = [
            ("utilization", utilization), ("demand", demand), ("steal", steal),
            ("host", hostAge.flatMap { _ in host?.utilization }),
            ("guest", guestBusy),
        ]
        for case (let key, .some(let value)) in values { metadata[key] = "\((value * 10).rounded() / 10)" }
        return metadata
    }
}
