/// Arrivals over time: a list, one number a second, that depends on nothing but its parameters and a seed.
package struct Workload: Sendable, Hashable, Codable {
    /// The built-in shapes.
    package enum Name: String, Sendable, Hashable, Codable, CaseIterable {
        /// Five times the load for half an hour.
        case step
        /// Eight times the load within 25 minutes, and back.
        case ramp
        /// Six times the load for a minute, twice.
        case spike
        /// A day with one long peak, pressed into four hours.
        case diurnal
        /// Three times the load each other minute.
        case flapping
        /// Fifteen times the load within a minute, which slowly goes away.
        case flashCrowd = "flash-crowd"
    }

    /// The workload's name.
    package var name: String
    /// Requests that arrive in each second.
    package var arrivals: [Double]

    /// A workload of given arrivals; those that are no number or negative count as none.
    package init(name: String, arrivals: [Double]) {
        self.name = name
        self.arrivals = arrivals.map { $0.isFinite ? max(0, $0) : 0 }
    }

    /// A built-in shape: about 100 requests a second and up, with the scatter of independent arrivals.
    package init(_ name: Name, seed: UInt64 = 1) {
        var random = SeededRandom(seed: seed)
        self.init(
            name: name.rawValue,
            arrivals: Self.shape(name).map { rate in
                // So many independent arrivals scatter by the root of their number.
                rate + rate.squareRoot() * random.deviation()
            }
        )
    }

    private static func shape(_ name: Name) -> [Double] {
        switch name {
        case .step:
            (0..<3600).map { 600..<2400 ~= $0 ? 500 : 100 }
        case .ramp:
            (0..<4200).map { second in
                switch second {
                case ..<600: 100
                case ..<2100: 100 + 700 * Double(second - 600) / 1500
                case ..<2400: 800
                case ..<3600: 800 - 700 * Double(second - 2400) / 1200
                default: 100
                }
            }
        case .spike:
            (0..<3600).map { 600..<660 ~= $0 || 2400..<2460 ~= $0 ? 900 : 150 }
        case .diurnal:
            (0..<14_400).map { second in
                // A smooth hill between the first and the last hour.
                let share = max(0, min(1, Double(second - 1800) / 10_800))
                let hill = 16 * share * share * (1 - share) * (1 - share)
                return 120 + 680 * hill
            }
        case .flapping:
            (0..<3600).map { $0 >= 300 && $0 / 60 % 2 == 1 ? 450 : 150 }
        case .flashCrowd:
            flashCrowd()
        }
    }

    private static func flashCrowd() -> [Double] {
        var rate = 100.0
        return (0..<5400).map { second in
            switch second {
            case ..<600: break
            // 100 to 1,500 in a minute: 4.6 % more each second.
            case ..<660: rate *= 1.046_17
            // Half is gone after ten minutes.
            default: rate = max(100, rate * 0.998_845)
            }
            return rate
        }
    }
}
