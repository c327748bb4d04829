/// How the instances of a simulated group work.
///
/// The model is a fluid one: work flows in equal shares to the instances in service, waits in a bounded queue of each, and
/// is done at a fixed rate. What it leaves out: differences between requests, retries, warm caches, hosts that are full.
package struct ServiceModel: Sendable, Hashable, Codable {
    /// vCPUs of an instance.
    package var vCPUs: Int
    /// CPU time of a request, seconds.
    package var serviceTime: Double
    /// Requests that may wait in one instance; more are refused.
    package var queueLimit: Int
    /// From the order to in service, for a domain that boots, seconds.
    package var bootSeconds: Int
    /// The same for one that is resumed from standby, seconds.
    package var resumeSeconds: Int
    /// How many are held in standby.
    package var standby: Int
    /// A request that waits longer than this is late, seconds.
    package var lateAfter: Double
    /// The percentage up to which the load is within the target: 70 with the usual tolerance of a tenth.
    package var targetLimit: Double
    /// The fewest instances, for each autoscaler alike.
    package var min: Int
    /// The most instances, for each autoscaler alike.
    package var max: Int

    /// A model. As it stands an instance does 100 requests a second, and boots in 30 s.
    package init(
        vCPUs: Int = 2,
        serviceTime: Double = 0.02,
        queueLimit: Int = 500,
        bootSeconds: Int = 30,
        resumeSeconds: Int = 1,
        standby: Int = 0,
        lateAfter: Double = 1,
        targetLimit: Double = 77,
        min: Int = 1,
        max: Int = 30
    ) {
        self.vCPUs = vCPUs
        self.serviceTime = serviceTime
        self.queueLimit = queueLimit
        self.bootSeconds = bootSeconds
        self.resumeSeconds = resumeSeconds
        self.standby = standby
        self.lateAfter = lateAfter
        self.targetLimit = targetLimit
        self.min = min
        self.max = max
    }

    /// Requests that one instance does in a second.
    package var rate: Double { Double(Swift.max(1, vCPUs)) / Swift.max(0.000_001, serviceTime) }

    /// The CPU times of a request that can be simulated, seconds.
    package static let serviceTimes = 0.000_01...3600.0
    /// The times that a start can take, seconds.
    package static let waits = 0...86_400
    /// The most instances that can be simulated.
    package static let most = 10_000

    /// What cannot be simulated; `nil` when all can.
    package var problem: String? {
        if vCPUs < 1 { return "an instance has no vCPU" }
        if !Self.serviceTimes.contains(serviceTime) { return "the service time is not from 10 µs to an hour" }
        if queueLimit < 0 || standby < 0 { return "a number is negative" }
        if !Self.waits.contains(bootSeconds) || !Self.waits.contains(resumeSeconds) {
            return "a start takes longer than a day, or less than nothing"
        }
        if min < 1 || max < min || max > Self.most {
            return "the bounds are not within 1...\(Self.most), min at most max"
        }
        if standby > max - min {
            return "\(standby) in standby and min \(min) are more than max \(max), which counts standby too"
        }
        return nil
    }
}
