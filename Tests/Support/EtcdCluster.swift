import Foundation
import Shared
import SwiftASN1
import Synchronization
import Wire
import X509

#if canImport(Glibc)
import Glibc
#endif

/// A cluster of real etcd members on loopback, in a directory of its own. All of it ends with the tests' process, however
/// that ends.
public final class EtcdCluster: Sendable {
    /// What a cluster is like.
    public struct Options: Sendable {
        /// How many members it has.
        public var members = 1
        /// Speaks TLS with certificates of this authority, and asks clients for one.
        public var authority: TestAuthority?
        /// Further options of each member.
        public var arguments: [String] = []
        /// A snapshot to begin with.
        public var snapshot: String?

        /// Options.
        public init(
            members: Int = 1,
            authority: TestAuthority? = nil,
            arguments: [String] = [],
            snapshot: String? = nil
        ) {
            (self.members, self.authority, self.arguments, self.snapshot) = (members, authority, arguments, snapshot)
        }
    }

    private struct Member {
        var name: String
        var client: Int
        var peer: Int
        var process: Process?
        var pid: pid_t = 0
    }

    /// Where Debian puts it.
    public static let program = "/usr/bin/etcd"
    /// Whether it is there.
    public static var isInstalled: Bool { FileManager.default.isExecutableFile(atPath: program) }

    private let options: Options
    /// The directory of its data and certificates.
    public let directory: String
    private let members: Mutex<[Member]>

    /// Starts a cluster and waits until it serves.
    public static func start(_ options: Options = Options()) async throws -> EtcdCluster {
        var members: [Member] = []
        for number in 0..<options.members {
            members.append(
                Member(
                    name: "m\(number)",
                    client: try await LoopbackPort.free(),
                    peer: try await LoopbackPort.free()
                )
            )
        }
        let cluster = try EtcdCluster(options, members)
        for number in 0..<options.members { try cluster.launch(number) }
        try await cluster.waitUntilHealthy()
        return cluster
    }

    /// Runs `body` with a cluster of its own, and ends that.
    public static func with<Result>(
        _ options: Options = Options(),
        _ body: (EtcdCluster) async throws -> Result
    ) async throws -> Result {
        let cluster = try await start(options)
        defer { cluster.end() }
        return try await body(cluster)
    }

    private init(_ options: Options, _ members: [Member]) throws {
        self.options = options
        self.members = Mutex(members)
        let memory = FileManager.default.isWritableFile(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
        // Measurements want a disk.
        let base = ProcessInfo.processInfo.environment["CMS_ETCD_DIRECTORY"] ?? memory
        directory = "\(base)/cms-etcd-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        guard let authority = options.authority else { return }
        let identity = try authority.server()
        try write(identity.authority.pem(), "ca.pem")
        try write(identity.certificate.pem(), "server.pem")
        try write(identity.privateKey.serializeAsPEM().pemString, "server-key.pem")
        let client = try authority.client()
        try write(client.certificate.pem(), "client.pem")
        try write(client.privateKey.serializeAsPEM().pemString, "client-key.pem")
    }

    /// The file of that name in the directory: `ca.pem`, `client.pem`, `client-key.pem`, and what tests put there.
    public func path(_ name: String) -> String { "\(directory)/\(name)" }

    private func write(_ text: String, _ name: String) throws {
        try DurableFile.write(text, to: path(name), mode: 0o600)
    }

    private var scheme: String { options.authority == nil ? "http" : "https" }

    /// The members' URLs.
    public var endpoints: [String] { members.withLock { $0.map { "\(scheme)://127.0.0.1:\($0.client)" } } }

    /// The ports at which the members serve.
    public var ports: [Int] { members.withLock { $0.map(\.client) } }

    /// Starts a member, or starts it anew.
    public func launch(_ number: Int) throws {
        let all = members.withLock { $0 }
        let member = all[number]
        let data = path(member.name)
        let together = all.map { "\($0.name)=http://127.0.0.1:\($0.peer)" }.joined(separator: ",")
        let peer = "http://127.0.0.1:\(member.peer)"
        if let snapshot = options.snapshot, !FileManager.default.fileExists(atPath: data) {
            try run(
                "/usr/bin/etcdctl",
                [
                    "snapshot", "restore", snapshot, "--data-dir", data, "--name", member.name, "--initial-cluster",
                    together, "--initial-advertise-peer-urls", peer,
                ]
            )
        }
        var arguments = [
            Self.program, "--name", member.name, "--data-dir", data, "--listen-client-urls",
            "\(scheme)://127.0.0.1:\(member.client)", "--advertise-client-urls",
            "\(scheme)://127.0.0.1:\(member.client)", "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", together, "--log-level", "error", "--heartbeat-interval", "100", "--election-timeout",
            "600",
        ]
        if options.authority != nil {
            arguments += [
                "--cert-file", path("server.pem"), "--key-file", path("server-key.pem"), "--trusted-ca-file",
                path("ca.pem"), "--client-cert-auth",
            ]
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        // The shell waits for the end of its input, which is the end of this process, and ends the member.
        let script =
            "d=$1; f=$2; shift 2; \"$@\" >\"$f.log\" 2>&1 & p=$!; echo $p >\"$f.pid\"; cat >/dev/null; "
            + "kill -9 $p 2>/dev/null; wait $p 2>/dev/null; rm -rf \"$d\""
        process.arguments = ["-c", script, "etcd", directory, data] + arguments + options.arguments
        process.standardInput = Pipe()
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try? FileManager.default.removeItem(atPath: "\(data).pid")
        try process.run()
        var pid: pid_t = 0
        for _ in 0..<500 where pid == 0 {
            let text = try? String(contentsOfFile: "\(data).pid", encoding: .utf8)
            pid = text.flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 0
            if pid == 0 { usleep(2000) }
        }
        members.withLock {
            $0[number].process = process
            $0[number].pid = pid
        }
    }

    /// Waits until a member answers that has a leader.
    public func waitUntilHealthy() async throws {
        try await waitUntil("etcd is healthy", within: .seconds(20)) {
            await withCheckedContinuation { continuation in
                // Not on a thread that tasks need.
                Thread.detachNewThread {
                    let answer = try? self.run("/usr/bin/etcdctl", ["--command-timeout", "1s", "get", "health"])
                    continuation.resume(returning: answer != nil)
                }
            }
        }
    }

    /// Sends a member a signal.
    public func signal(_ number: Int, _ signal: Int32) {
        let pid = members.withLock { $0[number].pid }
        if pid > 0 { kill(pid, signal) }
    }

    /// The number of the member that leads.
    public func leader() throws -> Int {
        let text = try run("/usr/bin/etcdctl", ["endpoint", "status"])
        let line = text.split(separator: "\n").first { $0.contains("true, false") }
        return endpoints.firstIndex { line?.contains($0) ?? false } ?? 0
    }

    /// Runs `etcdctl` for this cluster.
    @discardableResult
    public func control(_ arguments: String...) throws -> String { try control(arguments) }

    /// Runs `etcdctl` for this cluster.
    @discardableResult
    public func control(_ arguments: [String]) throws -> String { try run("/usr/bin/etcdctl", arguments) }

    @discardableResult
    private func run(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        var environment = ["ETCDCTL_API": "3", "PATH": "/usr/bin:/bin"]
        if !arguments.contains("restore") { environment["ETCDCTL_ENDPOINTS"] = endpoints.joined(separator: ",") }
        if options.authority != nil {
            environment["ETCDCTL_CACERT"] = path("ca.pem")
            environment["ETCDCTL_CERT"] = path("client.pem")
            environment["ETCDCTL_KEY"] = path("client-key.pem")
        }
        process.environment = environment
        let output = path("run-\(UUID().uuidString)")
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        defer { try? FileManager.default.removeItem(atPath: output) }
        guard process.terminationStatus == 0 else {
            throw NeverHappened(description: "\(program) \(arguments) ended with \(process.terminationStatus)")
        }
        return try String(contentsOfFile: output, encoding: .utf8)
    }

    /// Ends the members and removes their data.
    public func end() {
        for member in members.withLock({ $0 }) {
            if member.pid > 0 { kill(member.pid, SIGKILL) }
            try? (member.process?.standardInput as? Pipe)?.fileHandleForWriting.close()
            member.process?.waitUntilExit()
        }
        try? FileManager.default.removeItem(atPath: directory)
    }
}

/// Clusters that many tests share, each with a prefix of its own; they end with the process.
public actor SharedEtcd {
    /// The only one.
    public static let shared = SharedEtcd()
    private var starting: [Int: Task<EtcdCluster, any Error>] = [:]

    /// The cluster of so many members, started when it is asked for first.
    public func cluster(members: Int) async throws -> EtcdCluster {
        if let task = starting[members] { return try await task.value }
        let task = Task { try await EtcdCluster.start(EtcdCluster.Options(members: members)) }
        starting[members] = task
        return try await task.value
    }
}
