/// The original system: three samples of a second over 75 percent start one more, and while that one boots, for at most a
/// minute, it sees nothing. It never scales in.
package struct OriginalAutoscaler: Autoscaler {
    /// Its name in tables.
    package let name = "original"
    private var hot = 0
    private var blindUntil: MonotonicInstant?
    private var awaited = 0

    /// The original system's numbers: 75 percent, 3 samples, 60 s.
    package init() {}

    /// Looks once a second and orders.
    package mutating func step(_ observation: GroupObservation, now: MonotonicInstant, calendar: CalendarTime)
        -> AutoscalerStep
    {
        if let until = blindUntil {
            guard observation.inService.count >= awaited || now >= until else { return AutoscalerStep() }
            blindUntil = nil
            hot = 0
        }
        let loads = observation.inService.compactMap(\.utilization)
        hot = !loads.isEmpty && loads.allSatisfy { $0 > 75 } ? hot + 1 : 0
        guard hot >= 3, observation.reserve > 0 else { return AutoscalerStep() }
        hot = 0
        awaited = observation.inService.count + 1
        blindUntil = now.advanced(by: .seconds(60))
        return AutoscalerStep(.scaleOut(by: 1), reason: "3 samples over 75 %")
    }
}
