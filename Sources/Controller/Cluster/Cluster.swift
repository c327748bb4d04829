import ConfigurationValues
import EtcdStore
import Foundation
import Lifecycle
import Logging
import Monitoring
import Orchestration
import Ownership
import Shared
import Wire

/// What a controller has beside the rest when it shares its groups with others: the store in etcd, and its ownership.
struct Cluster: Sendable {
    let client: EtcdClient
    let store: EtcdStore
    let ownership: OwnershipService
    /// What the next run needs to know of this one.
    let notes: ClusterNotes
    /// Says that the store showed something new of controllers and owners.
    let news: AsyncStream<Void>

    /// Opens the store and prepares the ownership.
    ///
    /// - Throws: ``EtcdError`` when etcd cannot be used; `StoreFailure` when what is in it cannot.
    static func open(
        _ configuration: ControllerConfiguration,
        _ etcd: EtcdConfiguration,
        clock: SteadyClock,
        logger: Logger
    ) async throws -> Cluster {
        let addresses = try addresses(of: configuration)
        let notes = ClusterNotes(directory: configuration.stateDirectory)
        let earlier = notes.read()
        let client = EtcdClient(try EtcdSettings(etcd), position: earlier?.position, logger: logger)
        do {
            let store = EtcdStore(client: client, prefix: etcd.prefix)
            try await store.open()
            let (news, told) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let ownership = OwnershipService(
                store: store,
                settings: OwnershipSettings(
                    controller: configuration.name,
                    groups: Set(configuration.groups.map(\.name)),
                    lease: etcd.lease,
                    reach: etcd.libvirtKeepAlive
                ),
                addresses: addresses,
                // The state directory is locked, so the run that held it is over.
                abandoned: earlier?.lease,
                clock: clock,
                logger: logger,
                onView: { told.yield() }
            )
            return Cluster(client: client, store: store, ownership: ownership, notes: notes, news: news)
        } catch {
            await client.shutdown()
            throw error
        }
    }

    /// Where agents, clients and other controllers reach this one.
    private static func addresses(of configuration: ControllerConfiguration) throws -> [String] {
        let advertised = configuration.advertised
        if advertised.isEmpty, configuration.listen.isWildcard { throw ClusterFailure.noAddress }
        return (advertised.isEmpty ? [configuration.listen] : advertised).map(\.description)
    }

    /// Sees that all controllers of the store have one authority: what one has issued all others trust.
    ///
    /// - Throws: ``ClusterFailure``.
    func checkAuthority(_ fingerprint: String?, name: String) async throws {
        let stored = try await store.authority()
        guard let fingerprint else {
            if stored != nil { throw ClusterFailure.notJoined(name: name) }
            return
        }
        let first = try await store.claimAuthority(fingerprint)
        guard first == fingerprint else { throw ClusterFailure.otherAuthority(stored: first, here: fingerprint) }
    }
}

/// Why a controller cannot take its place among others.
enum ClusterFailure: Error, CustomStringConvertible {
    /// The others have an authority, and this one has none.
    case notJoined(name: String)
    /// This one has another authority than the others.
    case otherAuthority(stored: String, here: String)
    /// Nobody can be told where this one is.
    case noAddress

    var description: String {
        switch self {
        case .notJoined(let name):
            "other controllers use this store, and their certificate authority is not in the state directory; fetch it: "
                + "run 'cms-controller token create --for-controller \(name)' beside one of them, and here the command that it "
                + "prints"
        case .otherAuthority(let stored, let here):
            "the certificate authority in the state directory (\(here.prefix(16))…) is not that of the other controllers "
                + "(\(stored.prefix(16))…): agents of one would not trust the other; fetch theirs with 'cms-controller join "
                + "--force', or use another store.etcd.prefix"
        case .noAddress:
            "agents, clients and the other controllers have to be told where this one is; give its address with --advertise "
                + "HOST:PORT (advertise in the configuration)"
        }
    }
}
