import ConfigurationValues

/// A place that holds a whole store, as people write it: `sqlite`, `sqlite:DIR`, `etcd`, `etcd:URL[,URL…][/PREFIX]`,
/// `file:FILE`.
package enum StorePlace: Sendable, Hashable {
    /// SQLite in a state directory; `nil`: the usual one.
    case sqlite(directory: String?)
    /// etcd; `nil`: as the configuration says.
    case etcd(EtcdConfiguration?)
    /// A backup.
    case file(String)

    /// Why a text names no place.
    package struct Invalid: Error, CustomStringConvertible, Equatable {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// - Throws: ``Invalid``.
    package init(parsing text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let rest = parts.count == 2 ? parts[1] : nil
        switch (parts.first, rest) {
        case ("sqlite", nil): self = .sqlite(directory: nil)
        case ("sqlite", let rest?) where !rest.isEmpty: self = .sqlite(directory: rest)
        case ("etcd", nil): self = .etcd(nil)
        case ("etcd", let rest?) where !rest.isEmpty: self = .etcd(try Self.etcd(rest))
        case ("file", let rest?) where !rest.isEmpty: self = .file(rest)
        default:
            throw Invalid(
                description: "'\(text)' names no store; write sqlite, sqlite:DIR, etcd (with --config), "
                    + "etcd:http://127.0.0.1:2379, or file:FILE"
            )
        }
    }

    /// Members without TLS, with a prefix behind the last.
    private static func etcd(_ text: String) throws -> EtcdConfiguration {
        var endpoints = text.split(separator: ",").map(String.init)
        var prefix = EtcdConfiguration.defaultPrefix
        if let last = endpoints.last, let scheme = last.firstRange(of: "://"),
            let slash = last[scheme.upperBound...].firstIndex(of: "/")
        {
            if last[slash...].count > 1 { prefix = String(last[slash...]) }
            endpoints[endpoints.count - 1] = String(last[..<slash])
        }
        if endpoints.contains(where: { !$0.hasPrefix("http://") }) {
            throw Invalid(
                description: "'etcd:\(text)': only http:// can be written here; give https members with their files as "
                    + "store.etcd in a file, and name that with --config"
            )
        }
        return EtcdConfiguration(endpoints: endpoints, prefix: prefix)
    }
}
