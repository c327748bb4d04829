/// What the engine sees of a group at one tick.
package struct GroupObservation: Sendable, Hashable, Codable {
    /// The loads of the instances in service.
    package var inService: [LoadEstimate]
    /// Instances ordered for service and not yet there: capacity that is coming counts as capacity.
    package var coming: Int
    /// Instances that finish what they have and leave.
    package var draining: Int
    /// Instances ready to be resumed.
    package var standby: Int
    /// Shut-off domains, and clones that could be made, to start.
    package var reserve: Int
    /// Every owned domain in any state, standby and draining ones included: `max` is measured against it.
    ///
    /// A shut-off domain of the reserve that would be started counts when it is started, not before.
    package var counted: Int
    /// For how many more starts the host has memory and vCPUs; `nil`: no limit known.
    package var hostRoom: Int?
    /// What the next start after those lacks, in words: the domain, what it needs and what is free; `nil`: unknown.
    package var hostShortage: String?
    /// Which of those on their way wait for room on the host, and what they lack, in words; `nil`: none does.
    package var waiting: String?
    /// Why no domain is started now; `nil`: starts are allowed.
    package var breaker: String?
    /// In-service instances that a scale in may take: owned and not protected.
    package var removable: Int
    /// When an instance last came into service; cooldowns are measured from it.
    package var lastInService: MonotonicInstant?
    /// In-service instances whose replacement is among those coming: they leave when it is there, so they are not
    /// counted as capacity beside it.
    package var replacing: Int
    /// What operators ask beside the policy; `nil`: nothing.
    package var steering: Steering?
    /// Whether a host that withholds no CPU can take another instance; `nil`: there is one host only.
    package var hasRoomElsewhere: Bool?
    /// What was last heard of the policy's queries; one that is not among them was not asked yet. `nil`: there are none.
    package var queries: [QueryReading]?

    /// An observation. Without `counted` every instance in service, coming, draining and in standby is counted; without
    /// `removable` every instance in service may be taken.
    package init(
        inService: [LoadEstimate],
        coming: Int = 0,
        draining: Int = 0,
        standby: Int = 0,
        reserve: Int,
        counted: Int? = nil,
        hostRoom: Int? = nil,
        breaker: String? = nil,
        removable: Int? = nil,
        lastInService: MonotonicInstant? = nil,
        replacing: Int = 0,
        steering: Steering? = nil
    ) {
        self.inService = inService
        self.coming = coming
        self.draining = draining
        self.standby = standby
        self.reserve = reserve
        self.counted = counted ?? inService.count + coming + draining + standby
        self.hostRoom = hostRoom
        self.breaker = breaker
        self.removable = removable ?? inService.count
        self.lastInService = lastInService
        self.replacing = replacing
        self.steering = steering
    }

    /// In service and coming, less those that are being replaced.
    package var capacity: Int {
        let coming = self.coming.asCount
        return inService.count + coming - Swift.min(replacing.asCount, Swift.min(coming, inService.count))
    }
}

extension Int {
    /// Brought within 0 and ``GroupPolicy/unbounded``: an observation may come from a file.
    var asCount: Int { Swift.min(Swift.max(self, 0), GroupPolicy.unbounded) }
}
