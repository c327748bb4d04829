import ConfigurationValues
import EtcdStore
import Foundation
import Libvirt
import Lifecycle
import Logging
import Persistence
import Shared
import TestSupport
import Testing
import Wire

/// Three controllers of one group without agents, over one hypervisor and a real etcd.
struct ControllerTrio: Sendable {
    let lab: ControllerLab
    let etcd: EtcdCluster
    let server: StatusServer
    let ids: [String]
    let store: EtcdStore
    static let names = ["a", "b", "c"]

    var hypervisor: InMemoryHypervisor { lab.hypervisor }

    /// Starts the controller of that name; all have the authority of the first one.
    func start(_ name: String) async throws -> ControllerLab.Running {
        var lab = lab
        lab.path = "\(lab.path)/\(name)"
        let first = "\(self.lab.path)/\(Self.names[0])/authority.pem"
        let own = "\(lab.path)/authority.pem"
        if FileManager.default.fileExists(atPath: first), !FileManager.default.fileExists(atPath: own) {
            try FileManager.default.createDirectory(atPath: lab.path, withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: first, toPath: own)
        }
        let (change, endpoints) = (lab.configuration, etcd.endpoints)
        lab.configuration = { configuration in
            change(&configuration)
            configuration.name = name
            configuration.store = .etcd(EtcdConfiguration(endpoints: endpoints))
        }
        return try await lab.start()
    }

    /// The lab of the first controller, whose authority all have.
    var first: ControllerLab {
        var lab = lab
        lab.path = "\(lab.path)/\(Self.names[0])"
        return lab
    }

    /// The name of the group's owner.
    func owner() async throws -> String? {
        try await store.owner(of: "default")
    }

    /// Waits for an owner other than `earlier`.
    func waitForOwner(notIn earlier: Set<String> = [], within limit: Duration = .seconds(15)) async throws -> String {
        var found: String?
        try await waitUntil("somebody but \(earlier) owns the group", within: limit) {
            found = try await owner()
            return found.map { !earlier.contains($0) } ?? false
        }
        return try #require(found)
    }
}

/// Runs a test with such controllers; they are the test's to start.
func withControllerTrio(
    _ change: @escaping @Sendable (inout ControllerLab) -> Void = { _ in },
    _ body: @Sendable (ControllerTrio) async throws -> Void
) async throws {
    try await EtcdCluster.with { etcd in
        try await StatusServer.run { server, port in
            try await withLab { lab in
                lab.group = { group in
                    group.service = ServiceConfiguration(
                        kind: .agentless,
                        port: port,
                        scheme: .http,
                        probe: .http(ServiceProbe.Request(path: "/healthz")),
                        drainFor: .milliseconds(300)
                    )
                }
                change(&lab)
            } _: { lab in
                let ids = ["vm1", "vm2", "vm3"].map { lab.hypervisor.addDomain($0) }
                for (index, id) in ids.enumerated() {
                    lab.hypervisor.setAddresses(["127.0.0.\(11 + index)"], source: .lease, of: id)
                }
                let client = EtcdClient(EtcdSettings(endpoints: etcd.endpoints), logger: .quiet)
                let trio = ControllerTrio(
                    lab: lab,
                    etcd: etcd,
                    server: server,
                    ids: ids,
                    store: EtcdStore(client: client)
                )
                let result: Result<Void, any Error>
                do {
                    result = .success(try await body(trio))
                } catch {
                    result = .failure(error)
                }
                await lab.roster.stopAll()
                await client.shutdown()
                try result.get()
            }
        }
    }
}
