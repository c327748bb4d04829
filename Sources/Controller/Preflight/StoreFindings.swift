import ConfigurationValues
import EmbeddedStore
import EtcdStore
import Foundation
import Lifecycle
import Logging
import Orchestration
import Shared
import Wire

/// What there is to say of a store that several controllers share.
enum StoreFindings {
    static func findings(_ configuration: ControllerConfiguration) async -> [ValidationFinding] {
        guard case .etcd(let etcd) = configuration.store else { return [] }
        var findings: [ValidationFinding] = []
        if etcd.endpoints.count < 3 {
            findings.append(
                ValidationFinding(
                    isFine: true,
                    isWarning: true,
                    text:
                        "store: only \(etcd.endpoints.count == 1 ? "one member" : "two members") of etcd named; of three "
                        + "one may fail"
                )
            )
        }
        if configuration.advertised.isEmpty, configuration.listen.isWildcard {
            findings.append(ValidationFinding(isFine: false, text: "advertise: \(ClusterFailure.noAddress)"))
        }
        let logger = Logger(label: "cms-controller") { _ in SwiftLogNoOpLogHandler() }
        do {
            let client = EtcdClient(try EtcdSettings(etcd), logger: logger)
            let store = EtcdStore(client: client, prefix: etcd.prefix)
            do {
                findings += try await look(at: store, configuration)
            } catch {
                findings.append(ValidationFinding(isFine: false, text: "store: \(ErrorText.of(error))"))
            }
            await client.shutdown()
        } catch {
            findings.append(ValidationFinding(isFine: false, text: "store: \(ErrorText.of(error))"))
        }
        return findings
    }

    private static func look(
        at store: EtcdStore,
        _ configuration: ControllerConfiguration
    ) async throws -> [ValidationFinding] {
        try await store.checkFormat()
        let live = try await store.liveControllers().sorted()
        var findings = [
            ValidationFinding(
                isFine: true,
                text: "store: etcd answers; "
                    + (live.isEmpty ? "no controller lives on it" : "controllers: \(live.joined(separator: ", "))")
            )
        ]
        let stored = try await store.authority()
        let directory = configuration.stateDirectory
        let isThere = FileManager.default.fileExists(atPath: directory)
        let own = isThere ? try StateDirectory(path: directory).authorityIfAny()?.certificate.fingerprint() : nil
        switch (stored, own) {
        case (.some, nil):
            findings.append(
                ValidationFinding(
                    isFine: false,
                    text: "authority: \(ClusterFailure.notJoined(name: configuration.name))"
                )
            )
        case (let stored?, let own?) where stored != own:
            findings.append(
                ValidationFinding(
                    isFine: false,
                    text: "authority: \(ClusterFailure.otherAuthority(stored: stored, here: own))"
                )
            )
        case (nil, _):
            findings.append(
                ValidationFinding(isFine: true, text: "authority: the first controller that starts brings its own")
            )
        default:
            findings.append(ValidationFinding(isFine: true, text: "authority: that of the other controllers"))
        }
        return findings
    }
}
