import Lifecycle

extension ConfigurationSchema {
    private static let ports = 1...65535
    private static let schemes = ServiceConfiguration.Scheme.allCases.map(\.rawValue)

    /// The settings of a group's service.
    static let service: [KeyDescription] = [
        KeyDescription(
            "kind",
            .choice(ServiceConfiguration.Kind.allCases.map(\.rawValue)),
            nil,
            "What serves in an instance (what its agent registers; agentless with agent: none); an agent that registers "
                + "another kind does not come into service.",
            example: "proxy"
        ),
        KeyDescription(
            "port",
            .integer(ports),
            nil,
            "The port that clients are told (the agent's; without an agent the probe's, else the scheme's).",
            example: "443"
        ),
        KeyDescription(
            "scheme",
            .choice(schemes),
            nil,
            "How clients speak to it (https; without an agent the scheme of an http probe).",
            example: "https"
        ),
        KeyDescription(
            "url",
            .text(.instanceURL),
            nil,
            "What clients are told in place of SCHEME://ADDRESS:PORT; {address} and {name} stand for the instance's.",
            example: "\"https://{address}:8443/api\""
        ),
        KeyDescription(
            "probe",
            .mapping(MappingDescription(keys: probe, exactlyOne: ["tcp", "http"])),
            nil,
            "How the controller itself tries whether it answers, in place of asking its agent; health says how often. Not of "
                + "the built-in service.",
            isAbsentByDefault: true
        ),
        KeyDescription(
            "slow-start",
            .duration(.zero ... .seconds(3600)),
            "0s",
            "For how long clients of ours send less to an instance that is new: a tenth of its share at first, then more "
                + "and more."
        ),
        KeyDescription(
            "drain-for",
            .duration(.zero ... .seconds(900)),
            "30s",
            "Without an agent: how long after clients have left it an instance is taken to have finished what it has."
        ),
    ]

    private static let probe: [KeyDescription] = [
        KeyDescription(
            "tcp",
            .integer(ports),
            nil,
            "A connection to this port can be made; either this or http.",
            example: "443"
        ),
        KeyDescription(
            "http",
            .text(.requestPath),
            nil,
            "A GET of this path is answered with a status that is expected; either this or tcp.",
            example: "/healthz"
        ),
        KeyDescription(
            "port",
            .integer(ports),
            nil,
            "The port of an http probe (the service's, else the scheme's).",
            example: "8080"
        ),
        KeyDescription("scheme", .choice(schemes), nil, "How an http probe is sent (service.scheme, else http)."),
        KeyDescription(
            "expect",
            .text(.statuses),
            "200-399",
            "The statuses of an http probe's good answers; redirections are not followed."
        ),
        KeyDescription(
            "tls-ca",
            .text(.absolutePath),
            nil,
            "A PEM file of authorities, one of which must have signed the certificate that an https probe is shown; without "
                + "it any certificate will do. Names are not compared, since instances are asked by address.",
            example: "/etc/cms/service-ca.pem"
        ),
    ]
}
