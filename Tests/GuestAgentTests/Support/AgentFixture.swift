import AsyncHTTPClient
import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL
import ServiceLifecycle
import Shared
import TestSupport
import Testing
import Wire

@testable import GuestAgent

/// An answer of the agent.
struct Answer: Sendable {
    var status: UInt
    var headers: HTTPHeaders
    var body: String

    var problem: Problem? { try? WireCoding.decode(Problem.self, from: ByteBuffer(string: body)) }
    var number: FibonacciAnswer? { try? WireCoding.decode(FibonacciAnswer.self, from: ByteBuffer(string: body)) }
}

extension Agent {
    /// What computes the built-in service's numbers.
    var builtInPool: ComputePool { get throws { try #require(pool) } }
}

/// A client of one agent that trusts the given authority.
struct AgentCaller: Sendable {
    let port: Int
    let client: HTTPClient
    let tls: TLSConfiguration

    func get(
        _ path: String,
        method: HTTPMethod = .GET,
        headers: [(String, String)] = [],
        timeout: TimeAmount = .seconds(30)
    ) async throws -> Answer {
        var request = HTTPClientRequest(url: "https://127.0.0.1:\(port)\(path)")
        request.method = method
        request.tlsConfiguration = tls
        for (name, value) in headers { request.headers.add(name: name, value: value) }
        let response = try await client.execute(request, timeout: timeout)
        let body = try await response.body.collect(upTo: 1 << 20)
        return Answer(status: response.status.code, headers: response.headers, body: String(buffer: body))
    }
}

/// Times that suit tests.
func testTiming() -> AgentTiming {
    var timing = AgentTiming()
    timing.enrollment = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
    timing.refusal = .milliseconds(100)
    timing.renewal = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
    timing.session = Backoff(base: .milliseconds(10), maximum: .milliseconds(50))
    timing.call = .seconds(5)
    timing.shutdown = .seconds(20)
    timing.identityCheck = .milliseconds(200)
    return timing
}

/// Silent, unless `CMS_TEST_LOG` asks for the agent's own log.
let testLogger = Logger(label: "agent") { (label: String) -> any LogHandler in
    let handler: any LogHandler =
        ProcessInfo.processInfo.environment["CMS_TEST_LOG"] == nil
        ? SwiftLogNoOpLogHandler() : StructuredLogHandler(label: label, format: .text, level: .debug)
    return handler
}

/// Runs an agent while `body` runs.
@discardableResult
func withAgent<Value: Sendable>(
    _ configuration: AgentConfiguration,
    logger: Logger = testLogger,
    _ body: @escaping @Sendable (Agent) async throws -> Value
) async throws -> Value {
    let agent = Agent(configuration: configuration, logger: logger)
    return try await withService(agent, logger: logger) { try await body(agent) }
}

/// Runs a service while `body` runs, and shuts it down gracefully then.
func withService<Value: Sendable>(
    _ service: any Service,
    logger: Logger,
    _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let group = ServiceGroup(services: [service], logger: logger)
    return try await withThrowingTaskGroup(of: Value?.self) { tasks in
        tasks.addTask {
            try await group.run()
            return nil
        }
        tasks.addTask {
            let result: Result<Value, any Error>
            do {
                result = .success(try await body())
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            return try result.get()
        }
        var result: Value?
        // The service's own failure comes first, and then ends what waits for it.
        while let next = try await tasks.next() { result = next ?? result }
        guard let result else { throw CancellationError() }
        return result
    }
}

/// Runs an agent with an identity on disk and no controller, and lends a client for it.
@discardableResult
func withServingAgent<Value: Sendable>(
    change: (inout AgentConfiguration) -> Void = { _ in },
    _ body: @escaping @Sendable (Agent, AgentCaller) async throws -> Value
) async throws -> Value {
    try await withTemporaryDirectory { directory in
        let authority = try TestAuthority()
        try IdentityStore(directory: directory).save(authority.server(.agent(uuid: FakeController.uuid)))
        var configuration = AgentConfiguration(
            listen: HostPort(host: "127.0.0.1", port: 0),
            // Port 9 (discard): nobody answers.
            controllers: ControllerList(HostPort(host: "127.0.0.1", port: 9)),
            uuid: FakeController.uuid,
            state: AgentStateDirectory(path: directory),
            workers: 2,
            credentials: { Credentials() },
            timing: testTiming()
        )
        change(&configuration)
        let tls = try TLSConfiguration.cmsClient(identity: nil, authority: authority.authority.certificate)
        return try await withAgent(configuration) { agent in
            let port = try await agent.listening.wait()
            return try await withClient { client in
                try await body(agent, AgentCaller(port: port, client: client, tls: tls))
            }
        }
    }
}

/// Lends an HTTP client.
@discardableResult
func withClient<Value: Sendable>(_ body: (HTTPClient) async throws -> Value) async throws -> Value {
    let client = HTTPClient.cms(readTimeout: .seconds(60), connectionsPerHost: 200)
    do {
        let value = try await body(client)
        try await client.shutdown()
        return value
    } catch {
        try? await client.shutdown()
        throw error
    }
}
