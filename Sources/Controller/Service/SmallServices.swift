import Foundation
import Libvirt
import Logging
import Monitoring
import Orchestration
import ServiceLifecycle
import Shared
import Wire
import X509

/// Keeps the hypervisor's connection.
package struct HypervisorService: Service {
    package let hypervisor: any Hypervisor

    package func run() async throws {
        await cancelWhenGracefulShutdown { await hypervisor.run() }
    }
}

/// Shows every stream that it is alive, and ends them all when the controller stops.
package struct HeartbeatService: Service {
    let registry: AgentRegistry
    package let groups: [GroupRuntime]
    let owners: any GroupOwners
    let clock: SteadyClock

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .seconds(WireLimits.heartbeatSeconds))
                let asleep = groups.reduce(into: Set<String>()) { $0.formUnion($1.status.asleep) }
                let controllers = owners.controllers
                registry.heartbeat(at: clock.date, asleep: asleep, controllers: controllers)
                for group in groups {
                    group.directory.announce(.heartbeat, controllers: controllers, at: clock.date)
                }
            }
        }
        registry.shutDown()
        for group in groups { group.directory.shutDown() }
    }
}

/// Renews the controller's own certificate before it ends.
package struct ControllerIdentityService: Service {
    package let identity: RotatingIdentity
    package let authority: CertificateAuthority
    package let leaf: CertificateAuthority.Leaf
    let clock: SteadyClock
    package let logger: Logger

    package func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                let wait = max(1, identity.current.renewAt.timeIntervalSince(clock.date))
                // An hour at most: the wall clock may jump meanwhile.
                try await Task.sleep(for: .seconds(min(wait, 3600)))
                guard clock.date >= identity.current.renewAt else { continue }
                do {
                    try identity.replace(with: try authority.makeIdentity(leaf, now: clock.date))
                    logger.info(
                        "own certificate renewed",
                        metadata: ["until": "\(identity.current.certificate.notValidAfter)"]
                    )
                } catch {
                    logger.error("own certificate not renewed", metadata: ["error": "\(ErrorText.of(error))"])
                }
            }
        }
    }
}
