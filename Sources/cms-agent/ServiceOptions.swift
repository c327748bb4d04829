import ArgumentParser
import GuestAgent
import Logging
import Proxy
import Wire

/// The options that put the agent in front of a service of the user's own.
struct ServiceOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Stand in front of this service instead of serving Fibonacci numbers: http://HOST:PORT or unix:/PATH.",
            valueName: "url"
        )
    )
    var upstream: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "What says whether the service is well, by a status from 200 to 399: a path with --upstream, a URL with "
                + "--service. (default: a connection is enough)",
            valueName: "path"
        )
    )
    var health: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "The certificate chain, PEM, for clients that ask for a name; followed when it changes. "
                + "(default: the identity from the controller)",
            valueName: "file"
        ),
        completion: .file()
    )
    var certificate: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The private key of --certificate, PEM.", valueName: "file"),
        completion: .file()
    )
    var key: String?

    @Option(help: ArgumentHelp("The most requests at the service at a time, 1 to 1000000.", valueName: "count"))
    var concurrency = 1024

    @Option(help: ArgumentHelp("The longest wait for a connection to the service, 0.01 to 3600.", valueName: "seconds"))
    var connectTimeout = 5.0

    @Option(
        help: ArgumentHelp("The longest wait for the service's answer to begin, 0.01 to 86400.", valueName: "seconds")
    )
    var responseTimeout = 60.0

    @Option(
        help: ArgumentHelp(
            "The longest silence in the middle of a request or an answer, 1 to 86400.",
            valueName: "seconds"
        )
    )
    var streamTimeout = 300.0

    @Option(
        help: ArgumentHelp("The longest silence on a WebSocket or the like, 1 to 604800.", valueName: "seconds")
    )
    var tunnelTimeout = 3600.0

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Networks of balancers in front whose Forwarded and X-Forwarded fields are believed, for example 10.0.0.0/24.",
            valueName: "network"
        )
    )
    var trustedProxies: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Stand beside this service, which clients reach without the agent: https://{address}:8443, or tcp:// and the "
                + "port for one that does not speak HTTP; {address} is this machine's address.",
            valueName: "url"
        )
    )
    var service: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --service, in place of --health: run by sh each 2 seconds; the service is well when it ends with 0 "
                + "within 2 seconds.",
            valueName: "command"
        )
    )
    var healthCommand: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --service: its page of metrics in Prometheus' format, read every second.",
            valueName: "url"
        )
    )
    var metrics: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The gauge on --metrics that counts requests being worked on.", valueName: "name")
    )
    var inFlight: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The histogram on --metrics of the seconds that requests take.", valueName: "name")
    )
    var duration: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --service: the control group of its processes, whose CPU time is read: system.slice/app.service.",
            valueName: "path"
        )
    )
    var controlGroup: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --service: run by sh when the machine drains, to have the service finish.",
            valueName: "command"
        )
    )
    var drainCommand: String?

    /// Refuses what cannot be meant, before anything is started.
    func check() throws {
        guard upstream == nil || service == nil else {
            throw ValidationError("--upstream has the agent stand in front, --service beside: give one of them")
        }
        if service != nil || besideOption != nil { return try checkBeside() }
        if let upstream { _ = try address(upstream) }
        let others: [(String, Bool)] = [
            ("--health", health != nil), ("--certificate", certificate != nil), ("--key", key != nil),
            ("--trusted-proxies", !trustedProxies.isEmpty),
        ]
        if upstream == nil, let option = others.first(where: \.1)?.0 {
            throw ValidationError("\(option) needs --upstream, the service that the agent stands in front of")
        }
        guard (certificate == nil) == (key == nil) else {
            throw ValidationError("--certificate and --key belong together")
        }
        if let health, !health.hasPrefix("/") || health.utf8.contains(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            throw ValidationError("--health must be a path such as /healthz")
        }
        guard (1...1_000_000).contains(concurrency) else {
            throw ValidationError("--concurrency must be from 1 to 1000000")
        }
        try within(connectTimeout, 0.01...3600, "--connect-timeout")
        try within(responseTimeout, 0.01...86400, "--response-timeout")
        try within(streamTimeout, 1...86400, "--stream-timeout")
        try within(tunnelTimeout, 1...604_800, "--tunnel-timeout")
        _ = try networks()
    }

    private func within(_ value: Double, _ range: ClosedRange<Double>, _ option: String) throws {
        guard range.contains(value) else {
            throw ValidationError("\(option) must be from \(range.lowerBound) to \(range.upperBound) seconds")
        }
    }

    private func address(_ text: String) throws -> UpstreamAddress {
        do {
            return try UpstreamAddress(text)
        } catch {
            throw ValidationError("--upstream \(error)")
        }
    }

    private func networks() throws -> [CIDR] {
        try trustedProxies.flatMap { $0.split(separator: ",") }.map { text in
            // One address is a network of its own.
            if let address = IPAddress(String(text)), let one = CIDR(around: address, prefix: address.family.bits) {
                return one
            }
            do {
                return try CIDR(parsing: String(text))
            } catch {
                throw ValidationError("--trusted-proxies: \(error)")
            }
        }
    }

    /// What is served.
    ///
    /// - Parameters:
    ///   - queue: The most requests that wait for their turn; `nil` for the default.
    ///   - maximumConnections: The most connections of clients.
    ///   - logger: Where changes of the certificate are told.
    /// - Throws: What makes the certificate unusable.
    func served(queue: Int?, maximumConnections: Int, logger: Logger) throws -> ServedService {
        if let service = try beside() { return .beside(service) }
        guard let upstream else { return .builtIn }
        var settings = ProxySettings(upstream: try address(upstream))
        settings.concurrency = concurrency
        if let queue { settings.queueLimit = queue }
        settings.connectTimeout = .seconds(connectTimeout)
        settings.responseTimeout = .seconds(responseTimeout)
        settings.streamTimeout = .seconds(streamTimeout)
        settings.tunnelTimeout = .seconds(tunnelTimeout)
        settings.maximumConnections = maximumConnections
        settings.trustedProxies = try networks()
        var own: ServiceCertificate?
        if let certificate, let key {
            own = try ServiceCertificate(certificate: certificate, key: key, logger: logger)
        }
        return .proxy(ProxiedService(settings: settings, healthPath: health, certificate: own))
    }
}
