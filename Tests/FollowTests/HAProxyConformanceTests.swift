import Follow
import Shared
import TestSupport
import Testing
import Wire

/// What the runtime API promises, of the one in memory and of a real HAProxy.
@Suite("Runtime API of HAProxy", .timeLimit(.minutes(1)))
struct HAProxyConformanceTests {
    /// Which HAProxy.
    enum Engine: String, CaseIterable, Sendable {
        case inMemory, real

        static var installed: [Engine] { RealHAProxy.isInstalled ? allCases : [.inMemory] }
    }

    static let address = IPAddress("127.0.0.1") ?? IPAddress(family: .v4, value: 0)

    func with(
        _ engine: Engine,
        _ body: (any HAProxyRuntime) async throws -> Void
    ) async throws {
        switch engine {
        case .inMemory:
            try await body(
                InMemoryHAProxy([
                    HAProxyServer(
                        name: "static1",
                        address: Self.address,
                        port: 9,
                        usesTLS: false,
                        isInMaintenance: false,
                        weight: 1,
                        sessions: 0
                    )
                ])
            )
        case .real:
            let proxy = try await RealHAProxy(
                port: LoopbackPort.free(),
                servers: ["server static1 127.0.0.1:9"]
            )
            defer { proxy.stop() }
            try await body(proxy.runtime)
        }
    }

    func server(_ name: String, _ runtime: any HAProxyRuntime) async throws -> HAProxyServer? {
        try await runtime.servers(of: "web").first { $0.name == name }
    }

    func reason(_ command: HAProxyCommand, _ runtime: any HAProxyRuntime, backend: String = "web") async
        -> HAProxyError.Reason?
    {
        do {
            try await runtime.perform(command, backend: backend)
            return nil
        } catch {
            return (error as? HAProxyError)?.reason
        }
    }

    func add(_ name: String, port: Int = 9001, _ options: String = "weight 100") -> HAProxyCommand {
        .add(server: name, address: Self.address, port: port, options: options)
    }

    @Test("a server lives from its making to its removal", arguments: Engine.installed)
    func life(engine: Engine) async throws {
        try await with(engine) { runtime in
            try await runtime.perform(add("cms-a"), backend: "web")
            let made = try #require(try await server("cms-a", runtime))
            #expect(made.isInMaintenance, "nothing goes there yet")
            #expect(made.address == Self.address && made.port == 9001 && made.usesTLS == false)
            #expect(made.weight == 100 && made.sessions == 0)
            #expect(!made.hasIdleCheck)
            #expect(await reason(add("cms-a"), runtime) == .exists)
            try await runtime.perform(.ready(server: "cms-a"), backend: "web")
            let ready = try #require(try await server("cms-a", runtime))
            #expect(!ready.isInMaintenance && !ready.isDraining)
            try await runtime.perform(.weight(server: "cms-a", 7), backend: "web")
            #expect(try await server("cms-a", runtime)?.weight == 7)
            #expect(await reason(.delete(server: "cms-a"), runtime) == .busy, "it is not in maintenance")
            try await runtime.perform(.drain(server: "cms-a"), backend: "web")
            let draining = try #require(try await server("cms-a", runtime))
            #expect(draining.isDraining && !draining.isInMaintenance)
            #expect(await reason(.delete(server: "cms-a"), runtime) == .busy)
            try await runtime.perform(.maintenance(server: "cms-a"), backend: "web")
            #expect(try await server("cms-a", runtime)?.isInMaintenance == true)
            try await runtime.perform(.delete(server: "cms-a"), backend: "web")
            #expect(try await server("cms-a", runtime) == nil)
            #expect(await reason(.delete(server: "cms-a"), runtime) == .noSuchServer)
            #expect(try await server("static1", runtime) != nil)
        }
    }

    @Test("a server that drains or rests can be brought back", arguments: Engine.installed)
    func back(engine: Engine) async throws {
        try await with(engine) { runtime in
            try await runtime.perform(add("cms-a"), backend: "web")
            for command in [HAProxyCommand.drain(server: "cms-a"), .maintenance(server: "cms-a")] {
                try await runtime.perform(command, backend: "web")
                try await runtime.perform(.ready(server: "cms-a"), backend: "web")
                let server = try #require(try await server("cms-a", runtime))
                #expect(!server.isInMaintenance && !server.isDraining, "\(command)")
            }
        }
    }

    @Test("a health check rests until it is begun", arguments: Engine.installed)
    func check(engine: Engine) async throws {
        try await with(engine) { runtime in
            try await runtime.perform(add("cms-a", "weight 1 check inter 500ms"), backend: "web")
            #expect(try await server("cms-a", runtime)?.hasIdleCheck == true)
            try await runtime.perform(.enableHealth(server: "cms-a"), backend: "web")
            #expect(try await server("cms-a", runtime)?.hasIdleCheck == false)
        }
    }

    @Test("a server gets another address", arguments: Engine.installed)
    func move(engine: Engine) async throws {
        try await with(engine) { runtime in
            let address = try #require(IPAddress("127.0.0.2"))
            let command = HAProxyCommand.move(server: "static1", address: address, port: 9005)
            try await runtime.perform(command, backend: "web")
            try await runtime.perform(command, backend: "web")
            let server = try #require(try await server("static1", runtime))
            #expect(server.address == address && server.port == 9005)
        }
    }

    @Test("an IPv6 address is taken", arguments: Engine.installed)
    func sixth(engine: Engine) async throws {
        try await with(engine) { runtime in
            let address = try #require(IPAddress("::1"))
            try await runtime.perform(
                .add(server: "cms-six", address: address, port: 9001, options: "weight 1"),
                backend: "web"
            )
            #expect(try await server("cms-six", runtime)?.address == address)
        }
    }

    @Test("an authority is handed over before servers are verified by it", arguments: Engine.installed)
    func authority(engine: Engine) async throws {
        let pem = try TestAuthority().server().authority.pem()
        try await with(engine) { runtime in
            let options = "weight 1 ssl verify required ca-file cms-ca-1 verifyhost vm1 pool-max-conn -1"
            #expect(await reason(add("cms-a", options), runtime) == .noAuthority)
            try await runtime.provideAuthority("cms-ca-1", pem: pem)
            try await runtime.provideAuthority("cms-ca-1", pem: pem)
            try await runtime.perform(add("cms-a", options), backend: "web")
            #expect(try await server("cms-a", runtime)?.usesTLS == true)
        }
    }

    @Test("what is wrong is named", arguments: Engine.installed)
    func errors(engine: Engine) async throws {
        try await with(engine) { runtime in
            #expect(await reason(add("cms-a"), runtime, backend: "nowhere") == .noSuchBackend)
            #expect(await reason(.drain(server: "cms-none"), runtime) == .noSuchServer)
            #expect(await reason(add("cms-a", "bogus"), runtime) == .refused)
            await #expect(throws: HAProxyError.self) { _ = try await runtime.servers(of: "nowhere") }
        }
    }

    @Test("a backend that balances by a table is named", .enabled(if: RealHAProxy.isInstalled))
    func fixedBalance() async throws {
        try await with(.real) { runtime in
            #expect(await reason(add("cms-a"), runtime, backend: "fixed") == .fixedBalance)
        }
    }

    @Test("a socket that is not there is named, as is one that says nothing")
    func unreachable() async throws {
        let absent = HAProxySocket(.path("/nonexistent/admin.sock"))
        let error = await #expect(throws: HAProxyError.self) { _ = try await absent.servers(of: "web") }
        #expect(error?.reason == .unreachable)
        #expect(error?.description.contains("/nonexistent/admin.sock") == true)
    }
}
