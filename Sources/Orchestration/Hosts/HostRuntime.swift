import Autoscaling
import ConfigurationValues
import Foundation
import Libvirt
import Lifecycle
import Synchronization

/// One host as it lives in this process: its connection, what is seen of it, and what operators ask of it.
package final class HostRuntime: Sendable {
    /// What is seen of a host.
    package struct Sight: Sendable {
        /// When it last answered; `nil`: not yet.
        package var answeredAt: MonotonicInstant?
        /// Whether its last look was answered.
        package var answers = false
        /// What the last look failed with, in words; `nil` while it answers.
        package var failure: String?
        /// The part of the time, in percent, in which vCPUs of all its domains could have run and did not.
        package var steal: Double?
        /// Active domains, and those of them whose QEMU does not answer.
        package var active = 0
        package var hung: [String] = []
    }

    /// The configuration.
    package let configuration: HypervisorConfiguration
    /// Where the domains are.
    package let hypervisor: any Hypervisor
    /// What it has left for domains.
    package let capacity = HostCapacity()
    /// Makes and removes clones there.
    package let clones: CloneOperator
    private let sight = Mutex(Sight())
    private let steering = Mutex<HostSteering?>(nil)

    /// A host; all share the gate through which clones are made one at a time.
    package init(_ configuration: HypervisorConfiguration, hypervisor: any Hypervisor, gate: SerialGate) {
        self.configuration = configuration
        self.hypervisor = hypervisor
        clones = CloneOperator(hypervisor: hypervisor, gate: gate)
    }

    /// The name.
    package var name: String { configuration.name }
    /// What was last seen.
    package var lastSight: Sight { sight.withLock { $0 } }
    /// What operators ask; `nil`: nothing.
    package var asked: HostSteering? { steering.withLock { $0 } }

    /// Operators ask for this from now on.
    package func ask(_ new: HostSteering?) {
        steering.withLock { $0 = new.flatMap { $0.isCordoned ? $0 : nil } }
    }

    /// A look was answered.
    func noteAnswer(at now: MonotonicInstant, steal: Double?, active: Int, hung: [String]) {
        sight.withLock { sight in
            sight = Sight(
                answeredAt: now,
                answers: true,
                failure: nil,
                steal: steal ?? sight.steal,
                active: active,
                hung: hung
            )
        }
    }

    /// A look was not answered.
    func noteSilence(_ reason: String) {
        sight.withLock { sight in
            sight.answers = false
            sight.failure = reason
            sight.steal = nil
        }
    }
}
