import Foundation
import HTTPTypes
import Hummingbird
import Lifecycle
import Orchestration

/// Whether the controller can do its work, and what keeps it from it: the answer of `GET /readyz`.
package struct Readiness: Codable, Sendable, Equatable {
    /// One thing that keeps a group from being scaled.
    package struct Reason: Codable, Sendable, Equatable {
        /// The group.
        package var group: String
        /// A stable word: `hypervisor-lost`, `store-failing` or `no-view`.
        var code: String
        /// What is wrong and the remedy.
        package var detail: String
    }

    /// `ready` or `not ready`.
    package var status: String
    /// What is wrong; empty when nothing is.
    var reasons: [Reason]

    /// The state of those groups.
    init(groups: [GroupRuntime]) {
        reasons = groups.flatMap { group -> [Reason] in
            let status = group.report()
            var reasons: [Reason] = []
            func add(_ code: String, _ detail: String) {
                reasons.append(Reason(group: group.name, code: code, detail: detail))
            }
            if status.isHypervisorLost {
                add("hypervisor-lost", "the hypervisor does not answer; nothing is started until it does")
            } else if group.view.snapshot.domains == nil {
                add("no-view", "the hypervisor has not been looked at yet; this takes a moment after the start")
            }
            if status.isStoreFailing {
                add("store-failing", "the store cannot be written; free space in the state directory")
            }
            return reasons
        }
        status = reasons.isEmpty ? "ready" : "not ready"
    }

    /// 200 when ready, else 503.
    package func response() throws -> Response {
        try Response.message(self, status: reasons.isEmpty ? .ok : .serviceUnavailable)
    }
}
