import AsyncHTTPClient
import Autoscaling
import Foundation
import Libvirt
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import Controller
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Orchestration
@testable import Persistence

/// A place for a real controller on loopback: state directory, in-memory hypervisor, certificates, HTTP clients.
struct ControllerLab: Sendable {
    let background: Background
    var path: String
    let hypervisor: InMemoryHypervisor
    let disk = Disk()
    let roster = Roster()
    let client: HTTPClient
    let modern: HTTPClient
    var hosts = "127.0.0.0/8"
    /// Where it listens, and is asked.
    var listen = "127.0.0.1"
    var interval = Duration.milliseconds(150)
    var limits = LifecycleLimits(startDeadline: .seconds(60))
    /// The most bytes of the history; `nil`: none is kept.
    var historySize: Int64?
    /// The file of the spans, if they are wanted.
    var spansFile: String?
    /// Whether there is a web interface, on a loopback port of the system's choice unless said otherwise.
    var web: HostPort?
    /// The file with its token.
    var webTokenFile: String?
    /// The hypervisor that the controller works with, where it is not ``hypervisor``.
    var other: (any Hypervisor)?
    /// The hypervisors of further hosts; ``configuration`` names them.
    var others: [any Hypervisor] = []
    /// Whether the controller can read its configuration anew: ``group`` is asked again then.
    var canReload = false
    /// What else a test changes of the group.
    var group: @Sendable (inout GroupConfiguration) -> Void = { _ in }

    /// What else a test changes of the configuration.
    var configuration: @Sendable (inout ControllerConfiguration) -> Void = { _ in }

    /// A running controller.
    struct Running: Sendable {
        let port: Int
        /// The port of the web interface; 0 without one.
        let webPort: Int
        /// The loopback address at which it is reached.
        let webHost: String
        let job: BackgroundJob
        fileprivate let group: ServiceGroup
        fileprivate let power: Disk

        /// The orderly stop, as SIGTERM asks for it.
        func stop() async {
            await group.triggerGracefulShutdown()
            await job.ended()
        }

        /// The end without a farewell: from now on nothing more is written, and what was open breaks off.
        ///
        /// The sockets are closed in order all the same: a server whose task is merely cancelled may trap in NIO.
        func kill() async {
            power.isFull = true
            await stop()
        }
    }

    /// The controllers of a test, so that none of them outlives it.
    final class Roster: Sendable {
        private let state = Mutex<[Running]>([])

        func add(_ running: Running) { state.withLock { $0.append(running) } }

        func stopAll() async {
            let all = state.withLock { state in
                defer { state = [] }
                return state
            }
            for running in all { await running.stop() }
        }
    }

    private struct Entry: Service {
        let service: ControllerService
        let ports: AsyncStream<Int>.Continuation
        let webPorts: AsyncStream<Int>.Continuation

        func run() async throws {
            try await service.run {
                ports.yield($0)
            } onWebListening: {
                webPorts.yield($0)
            }
        }
    }

    /// Starts a controller and returns when it listens.
    ///
    /// - Throws: What the controller throws when it ends before.
    func start(port: Int = 0) async throws -> Running {
        var configuration = ControllerConfiguration(
            hosts: try CIDR(parsing: hosts),
            uri: hypervisor.uri,
            listen: HostPort(host: listen, port: port),
            stateDirectory: path,
            policy: ThresholdPolicy(),
            interval: interval,
            limits: limits,
            issuing: IssuingPolicy(),
            advertise: [],
            logFile: nil
        )
        configuration.historySize = historySize
        configuration.spansFile = spansFile
        configuration.webListen = web
        configuration.webTokenFile = webTokenFile
        group(&configuration.groups[0])
        self.configuration(&configuration)
        let power = Disk()
        let reload: @Sendable () throws -> ControllerConfiguration = { [configuration, group] in
            var new = configuration
            group(&new.groups[0])
            return new
        }
        let service = ControllerService(
            configuration: configuration,
            hypervisors: [other ?? hypervisor] + others,
            reload: canReload ? reload : nil,
            logger: .quiet
        ) { [disk, power] in DiskStore(base: try $0.store(), disk: disk, power: power) }
        let ports = AsyncStream.makeStream(of: Int.self)
        let webPorts = AsyncStream.makeStream(of: Int.self)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(
                        service: Entry(service: service, ports: ports.continuation, webPorts: webPorts.continuation),
                        successTerminationBehavior: .gracefullyShutdownGroup
                    )
                ],
                logger: .quiet
            )
        )
        let job = background.start {
            defer {
                ports.continuation.finish()
                webPorts.continuation.finish()
            }
            try await group.run()
        }
        for await port in ports.stream {
            var webPort = 0
            if web != nil {
                for await port in webPorts.stream {
                    webPort = port
                    break
                }
                guard webPort > 0 else { break }
            }
            let webHost = web?.host == "::1" ? "::1" : "127.0.0.1"
            let running = Running(port: port, webPort: webPort, webHost: webHost, job: job, group: group, power: power)
            roster.add(running)
            return running
        }
        await job.ended()
        throw job.error ?? NeverHappened(description: "the controller ended without listening")
    }
}

/// Runs a test with a lab whose parts end with it.
func withLab(
    networks: [NetworkInfo] = [.loopback],
    _ change: @Sendable (inout ControllerLab) -> Void = { _ in },
    _ body: @Sendable (ControllerLab) async throws -> Void
) async throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let client = HTTPClient.cms()
    var configuration = HTTPClient.Configuration()
    configuration.httpVersion = .automatic
    configuration.connectionPool.retryConnectionEstablishment = false
    let modern = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    let result: Result<Void, any Error>
    do {
        try await withBackground { background in
            var lab = ControllerLab(
                background: background,
                path: path,
                hypervisor: InMemoryHypervisor(networks: networks),
                client: client,
                modern: modern
            )
            change(&lab)
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(lab))
            } catch {
                result = .failure(error)
            }
            await lab.roster.stopAll()
            try result.get()
        }
        result = .success(())
    } catch {
        result = .failure(error)
    }
    try await client.shutdown()
    try await modern.shutdown()
    try result.get()
}

extension NetworkInfo {
    /// A network in whose range every peer of these tests is.
    static let loopback = NetworkInfo(
        name: "default",
        uuid: "9a05da11-e96b-47f3-8253-a3a482e445f5",
        addresses: [NetworkAddress(address: "127.0.0.254", prefixLength: 8)]
    )
}

// What is on disk.
extension ControllerLab {
    var authority: CertificateAuthority {
        get throws { try StateDirectory(path: path).authority(now: Date()) }
    }

    func store() throws -> SQLiteStore { try StateDirectory(path: path).store() }

    /// The events, oldest first.
    func events() async throws -> [ControllerEvent] {
        try await store().events(EventQuery(order: .oldestFirst, limit: 10_000))
    }

    func kinds(of instance: String) async throws -> [ControllerEvent.Kind] {
        try await events().filter { $0.instance == instance }.map(\.kind)
    }

    func waitForEvent(_ kind: ControllerEvent.Kind, saying text: String = "") async throws {
        try await waitUntil("the event \(kind.rawValue) '\(text)' is written") {
            try await events().contains { $0.kind == kind && (text.isEmpty || $0.detail.contains(text)) }
        }
    }

    func instance(_ uuid: String) async throws -> Instance? {
        try await store().ledger().first { $0.uuid == uuid }
    }
}

// Who asks.
extension ControllerLab {
    func clientIdentity(_ name: String = "tester") throws -> Identity {
        try authority.makeIdentity(IssuingPolicy().client(.client(name: name)), now: Date())
    }

    func operatorIdentity() throws -> Identity {
        try authority.makeIdentity(IssuingPolicy().client(.operator(name: "boss")), now: Date())
    }

    func agentIdentity(_ uuid: String) throws -> Identity {
        let address = try #require(IPAddress("127.0.0.1"))
        return try authority.makeIdentity(IssuingPolicy().agent(uuid: uuid, name: "vm", address: address), now: Date())
    }

    /// TLS settings of a client that trusts the controller.
    func tls(_ identity: Identity?) throws -> TLSConfiguration {
        try .cmsClient(identity: identity, authority: authority.certificate)
    }
}

/// A disk that can be full.
final class Disk: Sendable {
    private let full = Mutex(false)

    var isFull: Bool {
        get { full.withLock { $0 } }
        set { full.withLock { $0 = newValue } }
    }

    struct Full: Error, CustomStringConvertible {
        let description = "database or disk is full"
    }

    func check() throws {
        if isFull { throw Full() }
    }
}

/// The store on such a disk.
struct DiskStore: Store {
    let base: SQLiteStore
    let disk: Disk
    /// Full for good once the controller was killed.
    let power: Disk

    func ledger() async throws -> [Instance] { try await base.ledger() }
    func hosts() async throws -> [String: HostSteering] { try await base.hosts() }
    func endpointSet(group: String) async throws -> EndpointSet? { try await base.endpointSet(group: group) }
    func breaker(group: String) async throws -> StartBreaker { try await base.breaker(group: group) }
    func templates(group: String) async throws -> CloneTemplates { try await base.templates(group: group) }
    func steering(group: String) async throws -> GroupSteering { try await base.steering(group: group) }
    func backup(to path: String) async throws { try await base.backup(to: path) }
    func events(_ query: EventQuery) async throws -> [ControllerEvent] { try await base.events(query) }

    func commit(_ change: StoreChange) async throws {
        try disk.check()
        try power.check()
        try await base.commit(change)
    }

    func addToken(_ token: JoinTokenRecord) async throws {
        try disk.check()
        try power.check()
        try await base.addToken(token)
    }

    func redeemToken(hash: String, uuid: String, key: String, now: Date) async throws -> JoinTokenOutcome {
        try disk.check()
        try power.check()
        return try await base.redeemToken(hash: hash, uuid: uuid, key: key, now: now)
    }
}

extension Store {
    /// The endpoint set of the one group that most tests have.
    func endpointSet() async throws -> EndpointSet? {
        try await endpointSet(group: GroupConfiguration.defaultName)
    }
}
