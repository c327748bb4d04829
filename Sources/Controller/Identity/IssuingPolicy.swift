import Foundation
import Shared

/// What names and lifetimes the controller's authority puts into certificates.
package struct IssuingPolicy: Sendable {
    /// The lifetime of an agent's certificate.
    package var agentLifetime: Duration
    /// The lifetime of a client's or an operator's certificate.
    package var clientLifetime: Duration
    /// The lifetime of the controller's own certificate, which it renews by itself.
    package var controllerLifetime: Duration

    /// A policy.
    package init(
        agentLifetime: Duration = .seconds(86400),
        clientLifetime: Duration = .seconds(30 * 86400),
        controllerLifetime: Duration = .seconds(86400)
    ) {
        self.agentLifetime = agentLifetime
        self.clientLifetime = clientLifetime
        self.controllerLifetime = controllerLifetime
    }

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
