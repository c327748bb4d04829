/// Looks ahead by what the same time of earlier days or weeks had. It only ever raises the recommendation, and only while its own
/// error, measured against what then came, is below a limit.
package struct ForecastPolicy: Sendable, Hashable, Codable {
    /// The length of a season.
    package enum Season: String, Sendable, Hashable, Codable, CaseIterable {
        /// The same time of the day.
        case day
        /// The same time of the week.
        case week
    }

    /// The length of a season.
    package var season: Season
    /// How far it looks ahead: the time an instance takes into service, say. Above zero, at most an hour.
    package var ahead: Duration
    /// The demand per instance to plan for, percent, above 0 and at most 100.
    package var target: Double
    /// The mean absolute percentage error from which the forecast is not used, above 0.
    package var errorLimit: Double

    /// A forecast.
    package init(
        season: Season = .day,
        ahead: Duration = .seconds(120),
        target: Double = 70,
        errorLimit: Double = 30
    ) {
        self.season = season
        self.ahead = ahead
        self.target = target
        self.errorLimit = errorLimit
    }
}
