/// What is known of a host at one look.
package struct HostFacts: Sendable, Hashable {
    /// Its name; empty where there is one host that nobody named.
    package var name: String
    /// What placement can ask for.
    package var labels: [String: String]
    /// Whether its hypervisor answers.
    package var answers: Bool
    /// Whether an operator keeps new instances away from it.
    package var isCordoned: Bool
    /// Whether an operator wants the instances on it to leave.
    package var isEvacuating: Bool
    /// Whether it withholds CPU from instances of the group.
    package var isStarved: Bool
    /// What it has left for domains that are to be started; `nil` when that is unknown.
    package var room: HostRoom?
    /// What a clone takes of it; `nil` when that is unknown, or the group has no template.
    package var cloneNeed: HostRoom.Need?
    /// Why no clone can be made there, in words; `nil` when one can.
    package var cloneObstacle: String?

    /// A host; the defaults are those of one that answers and of which nothing more is known.
    package init(
        name: String,
        labels: [String: String] = [:],
        answers: Bool = true,
        isCordoned: Bool = false,
        isEvacuating: Bool = false,
        isStarved: Bool = false,
        room: HostRoom? = nil,
        cloneNeed: HostRoom.Need? = nil,
        cloneObstacle: String? = nil
    ) {
        self.name = name
        self.labels = labels
        self.answers = answers
        self.isCordoned = isCordoned
        self.isEvacuating = isEvacuating
        self.isStarved = isStarved
        self.room = room
        self.cloneNeed = cloneNeed
        self.cloneObstacle = cloneObstacle
    }
}
