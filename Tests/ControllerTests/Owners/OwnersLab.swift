import AsyncHTTPClient
import Autoscaling
import Foundation
import Libvirt
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
import ServerSupport
import ServiceLifecycle
import Shared
import Synchronization
import TestSupport
import Testing
import Wire

@testable import ConfigurationValues
@testable import ControllerHTTP
@testable import EmbeddedStore
@testable import Lifecycle
@testable import Monitoring
@testable import Orchestration
@testable import Persistence

/// Who owns what, as a test says.
final class ScriptedOwners: GroupOwners {
    private let state = Mutex<[String: GroupOwner]>([:])
    private let live = Mutex<[String]>([])

    var controllers: [String] { live.withLock { $0 } }

    func owner(of group: String) -> GroupOwner { state.withLock { $0[group] ?? .nobody } }

    func set(_ owners: [String: GroupOwner], controllers: [String] = []) {
        state.withLock { $0 = owners }
        live.withLock { $0 = controllers }
    }
}

/// A forwarder that writes down what it is to pass on, and answers as a test says.
final class ScriptedForwarder: RequestForwarder {
    struct Unreachable: Error, CustomStringConvertible {
        let description = "the connection was refused"
    }

    private let state = Mutex<(requests: [ForwardedRequest], addresses: [[String]])>(([], []))
    private let answer: Mutex<ForwardedAnswer?>

    /// - Parameter answer: What it answers; `nil`: nobody does.
    init(_ answer: ForwardedAnswer?) { self.answer = Mutex(answer) }

    var requests: [ForwardedRequest] { state.withLock { $0.requests } }
    var addresses: [[String]] { state.withLock { $0.addresses } }

    func say(_ new: ForwardedAnswer?) { answer.withLock { $0 = new } }

    func forward(_ request: ForwardedRequest, to addresses: [String]) async throws -> ForwardedAnswer {
        state.withLock {
            $0.requests.append(request)
            $0.addresses.append(addresses)
        }
        guard let answer = answer.withLock({ $0 }) else { throw Unreachable() }
        return answer
    }
}

/// Controllers of one authority and one store, with the groups `web` and `db`; none has a reconciler, so that commands wait
/// where a test finds them.
struct OwnersLab: Sendable {
    static let webToken = "0123456789abcdef0123"
    let background: Background
    let authority: CertificateAuthority
    let store = InMemoryStore()
    let path: String
    let client = HTTPClient.cms()
    let ends = Mutexed<[@Sendable () async -> Void]>([])

    /// One controller.
    struct Member: Sendable {
        let port: Int
        let webPort: Int
        let owners: ScriptedOwners
        let groups: [GroupRuntime]
        let events: Mutexed<[ControllerEvent]>
        let commands: Mutexed<[String]>
        let stop: @Sendable () async -> Void

        var address: String { "127.0.0.1:\(port)" }
        func web(_ text: String, headers: String = "") async throws -> (status: Int, text: String) {
            let client = try await WebClient(port: webPort)
            try? await client.send("\(text) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(headers)\r\n")
            try await waitUntil("\(text) is answered") { client.isClosed }
            await client.close()
            return (client.status, client.text)
        }
    }

    static func run(_ body: @Sendable (OwnersLab) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await withBackground { background in
            let lab = OwnersLab(background: background, authority: try CertificateAuthority(now: Date()), path: path)
            let result: Result<Void, any Error>
            do { result = .success(try await body(lab)) } catch { result = .failure(error) }
            for end in lab.ends.value { await end() }
            try? await lab.client.shutdown()
            try result.get()
        }
    }

    /// Starts a controller.
    ///
    /// - Parameters:
    ///   - minimum: The `min` of its groups, by which a test tells whose answer it has.
    ///   - forwarder: Passes requests on; without one the real one does.
    func start(minimum: Int = 1, forwarder: (any RequestForwarder)? = nil) async throws -> Member {
        let leaf = IssuingPolicy().controller(names: ["localhost"], addresses: [try #require(IPAddress("127.0.0.1"))])
        let identity = try RotatingIdentity(try authority.makeIdentity(leaf, now: Date()))
        let hosts = try CIDR(parsing: "127.0.0.0/8")
        let groups = ["web", "db"].map { name in
            var group = GroupConfiguration(hosts: hosts)
            group.name = name
            group.policy.min = minimum
            return GroupRuntime(group, networks: [], told: nil)
        }
        let real = forwarder == nil ? ControllerForwarder(identity: identity) : nil
        let (owners, events, commands) = (ScriptedOwners(), Mutexed<[ControllerEvent]>([]), Mutexed<[String]>([]))
        let clock = SteadyClock()
        var parts = try parts(groups, clock) { event in events.change { $0.append(event) } }
        parts.owners = owners
        parts.forwarder = forwarder ?? real
        for group in groups {
            background.start {
                for await signal in group.signals.open() {
                    group.signals.taken(signal)
                    for command in group.signals.takeCommands() {
                        commands.change { $0.append("\(group.name) \(command.told)") }
                        if case .steer(_, _, let receipt) = command { receipt.sign(isStored: true) }
                    }
                }
            }
        }
        let (port, webPort, stop) = try await serve(ControllerAPI(parts: parts), identity, clock, parts.report)
        let end: @Sendable () async -> Void = {
            await stop()
            await real?.shutdown()
        }
        ends.change { $0.append(end) }
        return Member(
            port: port,
            webPort: webPort,
            owners: owners,
            groups: groups,
            events: events,
            commands: commands,
            stop: stop
        )
    }

    private func parts(
        _ groups: [GroupRuntime],
        _ clock: SteadyClock,
        _ report: @escaping @Sendable (ControllerEvent) -> Void
    ) throws -> ControllerAPI.Parts {
        let bus = EventBus()
        return ControllerAPI.Parts(
            groups: groups,
            issuing: ControllerAPI.Issuing(
                authority: authority,
                policy: SharedIssuingPolicy(IssuingPolicy()),
                hostAddresses: []
            ),
            store: store,
            registry: AgentRegistry { _ in },
            hosts: [],
            reading: ControllerAPI.Reading(
                history: nil,
                feed: EventFeed(store: store, eventBus: bus, clock: clock, logger: .quiet),
                metrics: PrometheusRegistry(MetricNames.all),
                eventBus: bus,
                interval: .seconds(1)
            ),
            clock: clock,
            reloader: Reloader(
                load: nil,
                initial: ControllerConfiguration(
                    group: GroupConfiguration(hosts: try CIDR(parsing: "127.0.0.0/8")),
                    uri: .qemuSystem,
                    listen: HostPort(host: "127.0.0.1", port: 0),
                    stateDirectory: path
                ),
                groups: [],
                policy: SharedIssuingPolicy(IssuingPolicy()),
                clock: clock,
                report: { _ in }
            ),
            backups: BackupMaker(store: store, directory: path),
            report: report,
            logger: .quiet
        )
    }

    /// Serves both ports; returns them, and what ends it.
    private func serve(
        _ api: ControllerAPI,
        _ identity: RotatingIdentity,
        _ clock: SteadyClock,
        _ report: @escaping @Sendable (ControllerEvent) -> Void
    ) async throws -> (Int, Int, @Sendable () async -> Void) {
        let place = HostPort(host: "127.0.0.1", port: 0)
        let ports = AsyncStream.makeStream(of: Int.self)
        let webPorts = AsyncStream.makeStream(of: Int.self)
        let stopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
        let webStopper = AcceptStopper(loops: MultiThreadedEventLoopGroup.singleton)
        let server = try APIServer(
            address: place,
            identity: identity,
            api: api,
            stopper: stopper,
            report: report,
            clock: clock,
            logger: .quiet
        ).service { ports.continuation.yield($0) }
        let access = WebAccess(address: place, token: WebToken(Self.webToken), clock: clock, report: report)
        let web = try WebServer(
            address: place,
            identity: identity,
            routes: WebRoutes(api: api, access: access),
            stopper: webStopper,
            report: report,
            clock: clock,
            logger: .quiet
        ).service { webPorts.continuation.yield($0) }
        let group = ServiceGroup(services: [server, stopper, web, webStopper], logger: .quiet)
        let job = background.start { try await group.run() }
        var (port, webPort) = (0, 0)
        for await found in ports.stream {
            port = found
            break
        }
        for await found in webPorts.stream {
            webPort = found
            break
        }
        let isStopped = Mutexed(false)
        return (
            port, webPort,
            {
                guard isStopped.exchange(true) == false else { return }
                await group.triggerGracefulShutdown()
                await job.ended()
            }
        )
    }

    /// An identity of the authority.
    func identity(_ id: SPIFFEID) throws -> Identity {
        try authority.makeIdentity(.init(id: id, usage: .client, lifetime: .seconds(600)), now: Date())
    }

    /// Sends one request.
    func call(
        _ member: Member,
        _ method: HTTPMethod,
        _ path: String,
        as id: SPIFFEID = .operator(name: "boss"),
        onBehalfOf behalf: String? = nil,
        _ body: ByteBuffer? = nil
    ) async throws -> OwnersAnswer {
        var request = HTTPClientRequest(url: "https://\(member.address)\(path)")
        request.method = method
        request.tlsConfiguration = try .cmsClient(identity: identity(id), authority: authority.certificate)
        if let behalf { request.headers.add(name: "CMS-On-Behalf-Of", value: behalf) }
        if let body { request.body = .bytes(body) }
        let response = try await client.execute(request, timeout: .seconds(10))
        return OwnersAnswer(
            status: Int(response.status.code),
            headers: response.headers,
            body: try await response.body.collect(upTo: 16 << 20)
        )
    }
}

extension OwnersLab {
    /// The groups that a controller tells of, each with its `min`.
    func minima(_ member: Member, _ method: HTTPMethod, _ path: String) async throws -> [String] {
        try await call(member, method, path).minima
    }
}

/// What came back.
struct OwnersAnswer: Sendable {
    let status: Int
    let headers: HTTPHeaders
    let body: ByteBuffer

    var problem: Problem? { try? WireCoding.decode(Problem.self, from: body) }

    /// The groups with the `min` by which a controller is told from another.
    var minima: [String] {
        let all =
            (try? WireCoding.decode([GroupStatus].self, from: body))
            ?? (try? WireCoding.decode(GroupStatus.self, from: body)).map { [$0] } ?? []
        return all.map { "\($0.group) \($0.minimum)" }
    }
}

/// A value that several tasks change.
final class Mutexed<Value: Sendable>: Sendable {
    private let state: Mutex<Value>

    init(_ value: Value) { state = Mutex(value) }

    var value: Value { state.withLock { $0 } }

    func change(_ change: @Sendable (inout Value) -> Void) { state.withLock { change(&$0) } }

    func exchange(_ new: Value) -> Value {
        state.withLock { value in
            defer { value = new }
            return value
        }
    }
}

extension GroupCommand {
    /// What it is, and who asked for it.
    fileprivate var told: String {
        switch self {
        case .configure: "configure"
        case .protect(let instance, let isOn, let by): "protect \(instance) \(isOn) by \(by)"
        case .retry(_, let by): "retry by \(by)"
        case .steer(_, let by, _): "steer by \(by)"
        case .drain(let instance, let by): "drain \(instance) by \(by)"
        case .rollout(let rollout): "rollout by \(rollout.by)"
        case .abortRollout(let by): "abort by \(by)"
        }
    }
}
