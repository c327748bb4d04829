/// A day of the Gregorian calendar.
struct CivilDate: Sendable, Hashable {
    /// The year of the common era.
    var year: Int64
    /// 1...12.
    var month: Int64
    /// 1...31.
    var day: Int64
    /// 0...6 from Sunday.
    var weekday: Int64

    /// The date that is `number` days after 1970-01-01, a Thursday.
    ///
    /// Years are counted from March here, so that a leap day is the last of its year; 400 years have 146,097 days.
    init(day number: Int64) {
        weekday = ((number + 4) % 7 + 7) % 7
        // 719,468 days lie between 0000-03-01 and 1970-01-01.
        let shifted = number + 719_468
        let cycle = (shifted - ((shifted % 146_097 + 146_097) % 146_097)) / 146_097
        let ofCycle = (shifted % 146_097 + 146_097) % 146_097
        let yearOfCycle = (ofCycle - ofCycle / 1460 + ofCycle / 36_524 - ofCycle / 146_096) / 365
        let ofYear = ofCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        // From March on, months have 31, 30, 31, 30, 31 days again and again: 153 in five.
        let fromMarch = (5 * ofYear + 2) / 153
        day = ofYear - (153 * fromMarch + 2) / 5 + 1
        month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        year = 400 * cycle + yearOfCycle + (month <= 2 ? 1 : 0)
    }
}
