import Client
import NIOCore
import Shared
import TestSupport
import Testing
import Wire
import X509

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

@Suite(.timeLimit(.minutes(1))) struct IdentityTests {
    let authority: TestAuthority
    let directory = "/tmp/cms-client-identity-\(UUID().uuidString)"

    init() throws {
        authority = try TestAuthority()
    }

    func withSaved(_ identity: Identity?, _ body: () throws -> Void) throws {
        if let identity { try IdentityStore(directory: directory).save(identity) }
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try body()
    }

    @Test func aMissingIdentityNamesTheRemedy() throws {
        try withSaved(nil) {
            let error = #expect(throws: ClientIdentityError.self) { try ClientIdentity.load(from: directory) }
            #expect(error == .missing(directory: directory))
            #expect(error?.description.contains("cms-controller client add NAME --out \(directory)") == true)
        }
    }

    @Test func anExpiredIdentityNamesTheDate() throws {
        let now = Date()
        let identity = try authority.client(lifetime: .seconds(60), now: now)
        try withSaved(identity) {
            _ = try ClientIdentity.load(from: directory, now: now)
            let error = #expect(throws: ClientIdentityError.self) {
                try ClientIdentity.load(from: directory, now: now.addingTimeInterval(3600))
            }
            #expect(error?.description.contains(identity.certificate.notValidAfter.rfc3339) == true)
        }
    }

    @Test func anAgentsIdentityIsRefused() throws {
        try withSaved(try authority.server(.agent(uuid: "1"))) {
            let error = #expect(throws: ClientIdentityError.self) { try ClientIdentity.load(from: directory) }
            #expect(error?.description.contains("agent/1") == true)
        }
    }

    @Test func aDamagedIdentityIsRefused() throws {
        try withSaved(try authority.client()) {
            #expect(FileManager.default.createFile(atPath: directory + "/key.pem", contents: Data("no key".utf8)))
            #expect(throws: ClientIdentityError.self) { try ClientIdentity.load(from: directory) }
        }
    }

    @Test(arguments: [
        (["CMS_IDENTITY": "/a", "HOME": "/h"], "/a"), (["HOME": "/h"], "/h/.config/cms"),
        (["HOME": "/h", "XDG_CONFIG_HOME": "/x"], "/x/cms"), (["CMS_IDENTITY": "", "HOME": "/h"], "/h/.config/cms"),
    ])
    func theDefaultDirectoryFollowsTheEnvironment(environment: [String: String], directory: String) {
        #expect(ClientIdentity.defaultDirectory(environment: environment) == directory)
    }

    @Test func aCertificateThatIsDueIsRenewedAndKept() async throws {
        let now = Date()
        // Two thirds of a life of 100 s that began 80 s ago are over.
        let old = try authority.client(lifetime: .seconds(100), now: now.addingTimeInterval(-80))
        let identity = try RotatingIdentity(old)
        let fake = FakeController(authority)
        let server = try RotatingIdentity(authority.server())
        let directory = directory
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try await withLoopbackServer(fake.router, identity: server) { port in
            let (events, tell) = AsyncStream<IdentityRenewer.Event>.makeStream()
            let renewer = IdentityRenewer(
                controller: HostPort(host: "127.0.0.1", port: port),
                identity: identity,
                store: IdentityStore(directory: directory),
                onEvent: { tell.yield($0) }
            )
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await renewer.run() }
                let event = try await first(of: events)
                #expect(event == .renewed(notAfter: identity.current.certificate.notValidAfter, saveFailure: nil))
                group.cancelAll()
            }
        }
        #expect(identity.current.certificate.notValidAfter > old.certificate.notValidAfter)
        #expect(identity.current.certificate.publicKey != old.certificate.publicKey, "with a new key")
        #expect(try ClientIdentity.load(from: directory).certificate == identity.current.certificate)
    }

    @Test func aRenewalThatFailsIsTriedAgain() async throws {
        let now = Date()
        let old = try authority.client(lifetime: .seconds(100), now: now.addingTimeInterval(-80))
        let identity = try RotatingIdentity(old)
        let fake = FakeController(authority)
        let server = try RotatingIdentity(authority.server())
        let relay = try await Relay()
        let (events, tell) = AsyncStream<IdentityRenewer.Event>.makeStream()
        let renewer = IdentityRenewer(
            controller: HostPort(host: "127.0.0.1", port: relay.port),
            identity: identity,
            store: nil,
            backoff: Backoff(base: .milliseconds(10), maximum: .milliseconds(50)),
            onEvent: { tell.yield($0) }
        )
        try await withLoopbackServer(fake.router, identity: server) { port in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await renewer.run() }
                _ = try await first(of: events) { if case .failed = $0 { true } else { false } }
                #expect(identity.current.certificate == old.certificate, "the old one stays in use")
                try await relay.open(to: port)
                _ = try await first(of: events) { if case .renewed = $0 { true } else { false } }
                group.cancelAll()
            }
            await relay.cut()
        }
    }
}
