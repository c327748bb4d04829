/// What a bulk call for statistics brought.
package struct StatisticsReading: Hashable, Sendable {
    /// The counters of the active domains, by name.
    package var domains: [DomainStatistics]
    /// The UUIDs of domains whose QEMU owes libvirt an answer for too long: an earlier call still waits for it. What is
    /// known of them without asking QEMU is in ``domains``.
    package var unanswering: Set<String>

    /// Memberwise.
    package init(domains: [DomainStatistics], unanswering: Set<String> = []) {
        self.domains = domains
        self.unanswering = unanswering
    }
}
