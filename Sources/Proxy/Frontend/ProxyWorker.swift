import Logging
import NIOCore

/// What the connections of one event loop share; used on that loop only.
final class ProxyWorker {
    /// The time between two looks at what takes too long.
    static let sweepInterval = TimeAmount.milliseconds(250)

    let settings: ProxySettings
    let host: any ProxyHost
    let gate: RequestGate
    let loop: any EventLoop
    let pool: UpstreamPool
    let logger: Logger
    /// The time of the last look: exact enough for silence, and free.
    private(set) var now = NIODeadline.now()
    private var handlers: [ObjectIdentifier: ClientHandler] = [:]
    private var tunnels: [ObjectIdentifier: Tunnel] = [:]
    private var sweeping: RepeatedTask?

    init(settings: ProxySettings, host: any ProxyHost, gate: RequestGate, loop: any EventLoop, logger: Logger) {
        self.settings = settings
        self.host = host
        self.gate = gate
        self.loop = loop
        self.logger = logger
        pool = UpstreamPool(settings: settings, loop: loop)
    }

    /// Begins to look at what takes too long.
    func start() {
        let bound = NIOLoopBound(self, eventLoop: loop)
        sweeping = loop.scheduleRepeatedTask(initialDelay: Self.sweepInterval, delay: Self.sweepInterval) { _ in
            bound.value.sweep()
        }
    }

    /// Ends what is left.
    func stop() {
        sweeping?.cancel()
        sweeping = nil
        for tunnel in tunnels.values { tunnel.close() }
        for handler in handlers.values { handler.close() }
        pool.close()
    }

    func add(_ handler: ClientHandler) { handlers[ObjectIdentifier(handler)] = handler }
    func remove(_ handler: ClientHandler) { handlers.removeValue(forKey: ObjectIdentifier(handler)) }
    func add(_ tunnel: Tunnel) { tunnels[ObjectIdentifier(tunnel)] = tunnel }
    func remove(_ tunnel: Tunnel) { tunnels.removeValue(forKey: ObjectIdentifier(tunnel)) }

    /// Upgraded connections learn that this endpoint goes away.
    func tellTunnels() {
        for tunnel in tunnels.values { tunnel.tellOfDeparture() }
    }

    private func sweep() {
        now = .now()
        for handler in Array(handlers.values) { handler.sweep(now: now) }
        if !tunnels.isEmpty {
            if host.isDraining { tellTunnels() }
            for tunnel in Array(tunnels.values) { tunnel.sweep(now: now) }
        }
        pool.sweep(now: now)
    }
}
