import Lifecycle

extension GroupFindings {
    /// What a group without agents has to do without.
    static func agentFindings(_ group: GroupConfiguration) -> [ValidationFinding] {
        guard !group.service.hasAgent else { return [] }
        return [
            "agent: none: an address is taken from DHCP leases, the ARP table or QEMU's guest agent, and serves when "
                + "service.probe passes",
            "agent: none: no identity, so whoever has that address is taken for the instance; probes and clients go by what "
                + "its own certificate says",
            "agent: none: no drain by count: an instance is stopped \(group.service.drainFor) after clients have left it "
                + "(service.drain-for)",
            "agent: none: no load from inside: CPU as the host sees it, no demand, no requests, no latency",
            "agent: none: no clock set after standby, and no hold file",
        ].map { ValidationFinding(isFine: true, text: $0) }
    }
}
