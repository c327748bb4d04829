import Follow
import Foundation
import TestSupport

/// A HAProxy process of Debian's package on loopback.
final class RealHAProxy: Sendable {
    /// Where the package installs it.
    static let program = "/usr/sbin/haproxy"
    /// Whether it is installed.
    static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    /// Where its files are.
    let directory: String
    /// The port of its frontend.
    let port: Int
    private let process: Process

    /// Starts one with the backend `web`, and waits until its socket answers.
    ///
    /// - Parameter servers: Lines of the backend.
    init(directory: String = NSTemporaryDirectory() + "haproxy-\(UUID().uuidString)", port: Int, servers: [String] = [])
        async throws
    {
        self.directory = directory
        self.port = port
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let configuration = """
            global
                stats socket \(directory)/admin.sock mode 600 level admin
                maxconn 200
            defaults
                mode http
                timeout connect 2s
                timeout client 30s
                timeout server 30s
            frontend in
                bind 127.0.0.1:\(port)
                default_backend web
            backend web
                balance roundrobin
                option httpchk GET /
            \(servers.map { "    \($0)\n" }.joined())
            backend fixed
                balance source
                server one 127.0.0.1:9 disabled

            """
        try configuration.write(toFile: directory + "/haproxy.cfg", atomically: true, encoding: .utf8)
        process = Process()
        process.executableURL = URL(fileURLWithPath: Self.program)
        process.arguments = ["-db", "-f", directory + "/haproxy.cfg"]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        let runtime = runtime
        try await waitUntil("HAProxy answers on its socket") {
            (try? await runtime.servers(of: "web")) != nil
        }
    }

    /// Its socket.
    var socket: String { directory + "/admin.sock" }

    /// Its runtime API.
    var runtime: HAProxySocket { HAProxySocket(.path(socket)) }

    /// Kills it.
    func stop() {
        if process.isRunning {
            process.terminate()
            process.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}
