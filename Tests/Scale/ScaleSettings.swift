/// How large it is, and which of the controllers this process is.
struct ScaleSettings: Codable, Sendable {
    /// The controller's name.
    var name: String
    var stateDirectory: String
    /// URLs of etcd's members.
    var etcd: [String]
    var hosts: Int
    /// Domains of each host, all of which run; a multiple of ``groups``.
    var domains: Int
    var groups: Int
    /// How long a silent controller keeps its groups, seconds.
    var lease: Double

    /// Instances of one group.
    var groupSize: Int { hosts * domains / groups }
}
