import ConfigurationValues
import Shared
import Wire

extension IssuingPolicy {
    /// The leaf of the agent on the machine `uuid`.
    package func agent(uuid: String, name: String, address: IPAddress) -> CertificateAuthority.Leaf {
        CertificateAuthority.Leaf(
            id: .agent(uuid: uuid),
            dnsNames: Self.isDNSName(name) ? [name] : [],
            addresses: [address],
            usage: .serverAndClient,
            lifetime: agentLifetime
        )
    }

    /// The leaf of a client or an operator.
    package func client(_ id: SPIFFEID) -> CertificateAuthority.Leaf {
        CertificateAuthority.Leaf(id: id, usage: .client, lifetime: clientLifetime)
    }

    /// The controller's own leaf.
    package func controller(names: [String], addresses: [IPAddress]) -> CertificateAuthority.Leaf {
        CertificateAuthority.Leaf(
            id: .controller,
            dnsNames: names.filter(Self.isDNSName),
            addresses: addresses,
            usage: .serverAndClient,
            lifetime: controllerLifetime
        )
    }

    /// Whether `name` can stand as a DNS name in a certificate: domain names in libvirt may hold anything.
    static func isDNSName(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count)
            && name.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
            }
    }
}
