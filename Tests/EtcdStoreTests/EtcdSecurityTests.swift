import ConfigurationValues
import Foundation
import Lifecycle
import Shared
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import EtcdStore
@testable import Persistence

extension EtcdFailureTests {
    @Suite("etcd with certificates, users and prefixes", .timeLimit(.minutes(1)))
    struct EtcdSecurityTests {
        @Test("a certificate of its authority gets in; another one, none, or a server of another authority does not")
        func certificates() async throws {
            try await EtcdCluster.with(.init(authority: TestAuthority())) { cluster in
                var deadline = Duration.seconds(5)
                var configuration = EtcdConfiguration(
                    endpoints: cluster.endpoints,
                    authority: cluster.path("ca.pem"),
                    certificate: cluster.path("client.pem"),
                    key: cluster.path("client-key.pem")
                )
                func attempt(_ configuration: EtcdConfiguration) async throws {
                    var settings = try EtcdSettings(configuration)
                    settings.deadline = deadline
                    try await EtcdLab.withClient(settings) { client in
                        let store = EtcdStore(client: client)
                        try await store.commit(StoreChange(breakers: ["web": .init()]))
                        // Watches go the same way.
                        var told = store.changes.makeAsyncIterator()
                        guard case .state = try await told.next() else { throw EtcdError.unreadable("no state") }
                        try await store.commit(StoreChange(endpointSets: ["web": .init(revision: 1, endpoints: [])]))
                        guard case .change = try await told.next() else { throw EtcdError.unreadable("no change") }
                        try await store.client.delete(below: "/")
                    }
                }
                try await attempt(configuration)
                deadline = .milliseconds(500)
                let stranger = try TestAuthority().client()
                try DurableFile.write(stranger.certificate.pem(), to: cluster.path("other.pem"), mode: 0o600)
                try DurableFile.write(
                    stranger.privateKey.serializeAsPEM().pemString,
                    to: cluster.path("other-key.pem"),
                    mode: 0o600
                )
                try DurableFile.write(stranger.authority.pem(), to: cluster.path("other-ca.pem"), mode: 0o600)
                var other = configuration
                (other.certificate, other.key) = (cluster.path("other.pem"), cluster.path("other-key.pem"))
                await #expect(throws: EtcdError.self) { try await attempt(other) }
                (other.certificate, other.key) = (nil, nil)
                await #expect(throws: EtcdError.self) { try await attempt(other) }
                configuration.authority = cluster.path("other-ca.pem")
                let error = await #expect(throws: EtcdError.self) { try await attempt(configuration) }
                let words = try #require(error).description
                #expect(words.contains("the other side's certificate is not trusted"))
                configuration.authority = cluster.path("nothing.pem")
                #expect(throws: EtcdError.self) { try EtcdSettings(configuration) }
            }
        }

        @Test("a user with a role works below its prefix and nowhere else; a token that has ended is renewed")
        func users() async throws {
            try await EtcdCluster.with(.init(arguments: ["--auth-token-ttl", "1"])) { cluster in
                for line in [
                    ["user", "add", "root:r"], ["user", "grant-role", "root", "root"], ["user", "add", "cms:secret"],
                    ["role", "add", "cms"],
                    ["role", "grant-permission", "cms", "--prefix=true", "readwrite", "/mine/"],
                    ["user", "grant-role", "cms", "cms"], ["auth", "enable"],
                ] {
                    try cluster.control(line)
                }
                var settings = EtcdSettings(endpoints: cluster.endpoints, watchSilence: .milliseconds(400))
                try await EtcdLab.withClient(settings) { client in
                    let error = await #expect(throws: EtcdError.self) { try await client.get("/mine/a") }
                    guard case .notAuthenticated = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                }
                let password = cluster.path("password")
                try DurableFile.write("secret\n", to: password, mode: 0o600)
                settings.user = try EtcdSettings(
                    EtcdConfiguration(endpoints: cluster.endpoints, user: "cms", passwordFile: password)
                ).user
                try await EtcdLab.withClient(settings) { client in
                    let store = EtcdStore(client: client, prefix: "/mine/")
                    try await store.open()
                    var told = store.changes.makeAsyncIterator()
                    guard case .state = try await told.next() else {
                        Issue.record("no state")
                        return
                    }
                    try await Task.sleep(for: .milliseconds(2600))
                    try await store.commit(StoreChange(endpointSets: ["web": .init(revision: 1, endpoints: [])]))
                    guard case .change = try await told.next() else {
                        Issue.record("no change")
                        return
                    }
                    let foreign = EtcdStore(client: client, prefix: "/other/")
                    let error = await #expect(throws: EtcdError.self) {
                        try await foreign.commit(StoreChange(breakers: ["web": .init()]))
                    }
                    guard case .forbidden = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                }
                settings.user = .init(name: "cms", password: "wrong")
                try await EtcdLab.withClient(settings) { client in
                    let error = await #expect(throws: EtcdError.self) { try await client.get("/mine/a") }
                    guard case .notAuthenticated = error else {
                        Issue.record("\(String(describing: error))")
                        return
                    }
                }
            }
        }

        @Test("two stores with prefixes of their own do not see each other")
        func prefixes() async throws {
            try await EtcdLab.withStore { store in
                let below = EtcdStore(client: store.client, prefix: store.keys.prefix + "inner")
                try await below.commit(StoreChange(instances: [.init(uuid: "a", name: "vm", since: Date())]))
                #expect(try await store.ledger().isEmpty)
                #expect(try await below.ledger().count == 1)
            }
        }
    }
}
