import ConfigurationValues
import Wire

extension StoreConfiguration {
    /// The store of settings that were checked one by one.
    ///
    /// - Parameters:
    ///   - process: The process's settings.
    ///   - given: What stands under `store`.
    init(_ process: SettingsReader, _ given: Settings, problems: inout ProblemList) throws {
        guard !problems.concerns("store"), let store = try process.mappingIfGiven("store"),
            let etcd = try store.mappingIfGiven("etcd")
        else {
            self = .embedded
            return
        }
        let configuration = EtcdConfiguration(
            endpoints: etcd.texts("endpoints").map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 },
            authority: try etcd.text("ca"),
            certificate: try etcd.text("certificate"),
            key: try etcd.text("key"),
            user: try etcd.text("user"),
            passwordFile: try etcd.text("password-file"),
            prefix: try etcd.required("prefix", etcd.text),
            lease: try etcd.required("lease", etcd.duration),
            libvirtKeepAlive: try etcd.required("libvirt-keepalive", etcd.duration)
        )
        let settings = given.mapping("etcd")
        for problem in configuration.problems {
            let source = settings[problem.key]?.source ?? given["etcd"]?.source ?? .standard
            problems.add("store.etcd.\(problem.key)", source, problem.reason)
        }
        self = .etcd(configuration)
    }
}

extension EtcdConfiguration {
    /// What does not fit together, by key.
    package var problems: [(key: String, reason: String)] {
        var found: [(String, String)] = []
        let plain = endpoints.filter { $0.hasPrefix("http://") }
        let isSecure = plain.count < endpoints.count
        if isSecure, !plain.isEmpty {
            found.append(("endpoints", "some are https and some http; give https for all"))
        } else if let open = plain.first(where: { !Self.isLoopback($0) }) {
            found.append(
                ("endpoints", "\(open) is not encrypted, and others could read and change what is stored; use https")
            )
        }
        if let long = endpoints.first(where: { $0.split(separator: "/").count > 2 }) {
            found.append(("endpoints", "'\(long)' has a path; give the member's address and port alone"))
        }
        if Set(endpoints).count < endpoints.count { found.append(("endpoints", "a member is named twice")) }
        switch (isSecure, authority) {
        case (true, nil):
            found.append(("ca", "missing; give the file of the authority that signed the members' certificates"))
        case (false, .some): found.append(("ca", "it is for https, and the endpoints are http"))
        default: break
        }
        if (certificate == nil) != (key == nil) {
            found.append((certificate == nil ? "key" : "certificate", "certificate and key go together; give both"))
        } else if certificate != nil, !isSecure {
            found.append(("certificate", "it is for https, and the endpoints are http"))
        }
        if (user == nil) != (passwordFile == nil) {
            found.append((user == nil ? "password-file" : "user", "user and password-file go together; give both"))
        }
        // Renewed each fifth of the lease: a healthy owner may begin calls all the time.
        if lease * 3 / 5 < libvirtKeepAlive {
            found.append(
                (
                    "lease",
                    "shorter than 5/3 of libvirt-keepalive (\(DurationText.text(libvirtKeepAlive))), so that an owner could "
                        + "not always call libvirt; give at least \(DurationText.text(libvirtKeepAlive * 5 / 3))"
                )
            )
        }
        if prefix.contains("//") || prefix == "/" {
            found.append(("prefix", "'\(prefix)' is no prefix of its own; give one such as /cms/"))
        }
        return found
    }

    private static func isLoopback(_ endpoint: String) -> Bool {
        HostPort(String(endpoint.dropFirst("http://".count)), defaultPort: 2379)?.isLoopback ?? false
    }
}
