import ConfigurationValues

extension ConfigurationSchema {
    /// Where the state is.
    static let store = KeyDescription(
        "store",
        .mapping(MappingDescription(keys: [etcd], exactlyOne: ["etcd"])),
        nil,
        "Where the state is that must not be lost; without it in state-dir, for one controller alone.",
        isAbsentByDefault: true
    )

    private static let etcd = KeyDescription(
        "etcd",
        .mapping(MappingDescription(keys: etcdKeys)),
        nil,
        "An etcd cluster (3.4 or later, its JSON gateway), for several controllers.",
        isAbsentByDefault: true
    )

    private static let etcdKeys: [KeyDescription] = [
        KeyDescription(
            "endpoints",
            .list(.text(.server), count: 1...15, commas: false),
            nil,
            "The members' URLs; all https, or http on loopback.",
            isRequired: true,
            example: "[https://etcd1.example:2379, https://etcd2.example:2379, https://etcd3.example:2379]"
        ),
        KeyDescription(
            "ca",
            .text(.absolutePath),
            nil,
            "A PEM file of the authorities that alone may have signed the members' certificates; needed with https.",
            example: "/etc/cms/etcd-ca.pem"
        ),
        KeyDescription(
            "certificate",
            .text(.absolutePath),
            nil,
            "A PEM file of the certificate that the controller shows; together with key.",
            example: "/etc/cms/etcd-client.pem"
        ),
        KeyDescription(
            "key",
            .text(.absolutePath),
            nil,
            "A PEM file of that certificate's private key.",
            example: "/etc/cms/etcd-client-key.pem"
        ),
        KeyDescription(
            "user",
            .text(.name),
            nil,
            "The user, where etcd's authentication is on; together with password-file.",
            example: "cms"
        ),
        KeyDescription(
            "password-file",
            .text(.absolutePath),
            nil,
            "A file with that user's password.",
            example: "/etc/cms/etcd-password"
        ),
        KeyDescription(
            "prefix",
            .text(.absolutePath),
            EtcdConfiguration.defaultPrefix,
            "What all keys begin with; each set of controllers that belong together has one of its own."
        ),
        KeyDescription(
            "lease",
            .duration(.seconds(3) ... .seconds(120)),
            "5s",
            "How long a controller's groups stay its own after its last sign of life; it stops acting a quarter earlier."
        ),
        KeyDescription(
            "libvirt-keepalive",
            .duration(.seconds(1) ... .seconds(60)),
            "3s",
            "After which time libvirtd closes the connection of a silent controller: keepalive_interval (1 is good) times "
                + "keepalive_count (2) and one more, in libvirtd.conf of every host. No call is begun so shortly before the "
                + "lease can end."
        ),
    ]
}
