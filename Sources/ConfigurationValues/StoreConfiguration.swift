/// Where the controller keeps what it must not lose.
package enum StoreConfiguration: Sendable, Hashable {
    /// In its state directory, for itself alone.
    case embedded
    /// In etcd, for several controllers.
    case etcd(EtcdConfiguration)
}

/// How etcd is reached, and what belongs to CMS there.
package struct EtcdConfiguration: Sendable, Hashable {
    /// The members' URLs; at least one.
    package var endpoints: [String]
    /// A PEM file of the authorities that etcd's certificates are checked against; `nil` with `http` endpoints only.
    package var authority: String?
    /// PEM files of the controller's own certificate and its key, where etcd asks for one.
    package var certificate: String?
    package var key: String?
    /// The user, and the file of the password, where etcd asks for them.
    package var user: String?
    package var passwordFile: String?
    /// What all keys begin with; begins and ends with `/`.
    package var prefix: String
    /// How long a controller's ownership outlives its last sign of life.
    package var lease: Duration
    /// After which time without a sign of life libvirtd closes a controller's connection, on every host:
    /// `keepalive_interval × (keepalive_count + 1)` of its configuration.
    package var libvirtKeepAlive: Duration

    /// What keys begin with unless somebody says otherwise.
    package static let defaultPrefix = "/cms/"

    /// A configuration.
    package init(
        endpoints: [String],
        authority: String? = nil,
        certificate: String? = nil,
        key: String? = nil,
        user: String? = nil,
        passwordFile: String? = nil,
        prefix: String = defaultPrefix,
        lease: Duration = .seconds(5),
        libvirtKeepAlive: Duration = .seconds(3)
    ) {
        self.endpoints = endpoints
        self.authority = authority
        self.certificate = certificate
        self.key = key
        self.user = user
        self.passwordFile = passwordFile
        self.prefix = prefix.hasSuffix("/") ? prefix : prefix + "/"
        self.lease = lease
        self.libvirtKeepAlive = libvirtKeepAlive
    }
}
