import Foundation
import Wire

/// One chart over time, as elements of SVG that take their colours from the page's style.
package struct SVGChart {
    /// What the template `chart.mustache` draws.
    struct Drawing {
        let title: String
        let width: String
        let height: String
        let elements: [ChartElement]
    }

    /// The size of the drawing, and of the margins that hold the labels.
    static let width = 960.0
    private static let (left, right, bottom) = (58.0, 24.0, 30.0)
    private let height: Double
    private let top: Double
    private let span: ClosedRange<Double>
    private let ceiling: Double
    private let step: Double
    private let title: String
    private let unit: String
    private let rows: [String]
    private var body: [ChartElement] = []

    /// A chart of values from 0 up to `most`.
    init(_ title: String, unit: String, span: ClosedRange<Date>, most: Double, height: Double = 240, head: Double = 14)
    {
        self.title = title
        self.unit = unit
        self.height = height
        self.top = head
        self.span = Self.seconds(span)
        self.rows = []
        let (step, ceiling) = Self.scale(most)
        self.step = step
        self.ceiling = ceiling
    }

    /// A chart with a row for each name.
    init(_ title: String, rows: [String], span: ClosedRange<Date>) {
        self.title = title
        self.unit = ""
        self.height = 44 + 26 * Double(rows.count)
        self.top = 8
        self.span = Self.seconds(span)
        self.rows = rows
        self.step = 1
        self.ceiling = Double(max(1, rows.count))
    }

    private static func seconds(_ span: ClosedRange<Date>) -> ClosedRange<Double> {
        let begin = span.lowerBound.timeIntervalSince1970
        return begin...max(begin + 1, span.upperBound.timeIntervalSince1970)
    }

    /// At most six lines at round values.
    private static func scale(_ most: Double) -> (step: Double, ceiling: Double) {
        let most = most.isFinite && most > 0 ? most : 1
        var step = 1e-6
        for factor in [2.0, 2.5, 2.0].cycled(40) where most / step > 5 { step *= factor }
        return (step, (most / step - 1e-9).rounded(.up) * step)
    }

    private func x(_ time: Double) -> Double {
        let part = (time - span.lowerBound) / (span.upperBound - span.lowerBound)
        return Self.left + min(1, max(0, part)) * (Self.width - Self.left - Self.right)
    }

    private func y(_ value: Double) -> Double {
        top + (1 - min(1, max(0, value / ceiling))) * (height - top - Self.bottom)
    }

    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    // MARK: - What is drawn

    /// A line through values; it is broken where there is none.
    package mutating func line(_ values: [Double?], at times: [Date], _ style: String, isStepped: Bool = false) {
        var path = ""
        var last: Double?
        for (time, value) in zip(times, values) {
            guard let value, value.isFinite else {
                last = nil
                continue
            }
            let place = Self.text(x(time.timeIntervalSince1970))
            let height = Self.text(y(value))
            if let last {
                path += isStepped && last != value ? "H\(place)V\(height)" : "L\(place) \(height)"
            } else {
                // A dot for a value that stands alone.
                path += "M\(place) \(height)h0.1"
            }
            last = value
        }
        if !path.isEmpty { body.append(.path(style: style, line: path)) }
    }

    /// The area between two lines.
    mutating func band(_ low: [Double?], _ high: [Double?], at times: [Date], _ style: String) {
        var points: [(x: String, low: String, high: String)] = []
        func close() {
            guard points.count > 1 else { return points = [] }
            let forth = points.map { "\($0.x) \($0.high)" }.joined(separator: "L")
            let back = points.reversed().map { "\($0.x) \($0.low)" }.joined(separator: "L")
            body.append(.path(style: style, line: "M\(forth)L\(back)Z"))
            points = []
        }
        for (index, time) in times.enumerated() {
            if let low = low[safe: index] ?? nil, let high = high[safe: index] ?? nil {
                points.append((Self.text(x(time.timeIntervalSince1970)), Self.text(y(low)), Self.text(y(high))))
            } else {
                close()
            }
        }
        close()
    }

    /// A horizontal line with its name.
    package mutating func level(_ value: Double, _ name: String) {
        let line = "M\(Self.text(Self.left)) \(Self.text(y(value)))H\(Self.text(Self.width - Self.right))"
        body.append(.path(style: "level", line: line))
        body.append(.note(x: Self.text(Self.left + 6), y: Self.text(y(value) - 5), text: name))
    }

    /// Vertical lines; names that would cover one another are left out.
    mutating func marks(_ marks: [(at: Date, name: String)]) {
        var end = -Double.infinity
        for mark in marks where span.contains(mark.at.timeIntervalSince1970) {
            let place = x(mark.at.timeIntervalSince1970)
            let line = "M\(Self.text(place)) \(Self.text(top))V\(Self.text(height - Self.bottom))"
            body.append(.path(style: "mark", line: line))
            let length = 6.4 * Double(mark.name.count) + 8
            let from = min(place + 4, Self.width - length)
            guard !mark.name.isEmpty, from > end else { continue }
            end = from + length
            body.append(.note(x: Self.text(from), y: Self.text(top - 6), text: mark.name))
        }
    }

    /// A bar in a row, of a part of its height.
    mutating func bar(row: Int, from: Date, to: Date, _ style: String, part: Double, hint: String) {
        let (begin, end) = (x(from.timeIntervalSince1970), x(to.timeIntervalSince1970))
        let room = (height - top - Self.bottom) / ceiling
        let tall = room * 0.72 * part
        let place = top + room * (Double(row) + 0.5) - tall / 2
        body.append(
            .bar(
                style: style,
                x: Self.text(begin),
                y: Self.text(place),
                width: Self.text(max(1, end - begin)),
                height: Self.text(tall),
                hint: hint
            )
        )
    }

    // MARK: - The whole

    /// The chart with its axes.
    var drawing: Drawing {
        Drawing(
            title: title,
            width: Self.text(Self.width),
            height: Self.text(height),
            elements: (rows.isEmpty ? valueAxis : rowAxis) + timeAxis + body
        )
    }

    private var valueAxis: [ChartElement] {
        var axis: [ChartElement] = []
        for count in 0...Int((ceiling / step).rounded()) {
            let value = Double(count) * step
            axis.append(horizontal(y(value), style: count == 0 ? "axis" : "grid"))
            axis.append(label(ReportText.number(value, decimals: 3), at: y(value)))
        }
        return axis + [.unit(y: Self.text((top + height - Self.bottom) / 2), text: unit)]
    }

    private var rowAxis: [ChartElement] {
        let names = rows.enumerated().map { row, name in
            let place = top + (height - top - Self.bottom) / ceiling * (Double(row) + 0.5)
            return label(name.count > 9 ? "\(name.prefix(8))…" : name, at: place, hint: name)
        }
        return names + [horizontal(height - Self.bottom, style: "axis")]
    }

    private func horizontal(_ height: Double, style: String) -> ChartElement {
        let (from, to) = (Self.text(Self.left), Self.text(Self.width - Self.right))
        return .path(style: style, line: "M\(from) \(Self.text(height))H\(to)")
    }

    /// A text left of the chart.
    private func label(_ text: String, at height: Double, hint: String? = nil) -> ChartElement {
        .tick(anchor: "end", x: Self.text(Self.left - 8), y: Self.text(height + 4), text: text, hint: hint)
    }

    private static let timeSteps: [Double] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800,
    ]

    private var timeAxis: [ChartElement] {
        let length = span.upperBound - span.lowerBound
        let step = Self.timeSteps.first { length / $0 <= 9 } ?? (length / 9 / 604_800).rounded(.up) * 604_800
        var axis: [ChartElement] = []
        var time = (span.lowerBound / step).rounded(.up) * step
        while time <= span.upperBound {
            let stamp = Date(timeIntervalSince1970: time).rfc3339
            let label =
                step < 60
                ? stamp.dropFirst(11).prefix(8)
                : step < 86_400 ? stamp.dropFirst(11).prefix(5) : stamp.dropFirst(5).prefix(5)
            let place = Self.text(x(time))
            axis.append(.path(style: "axis", line: "M\(place) \(Self.text(height - Self.bottom))v4"))
            axis.append(
                .tick(anchor: "middle", x: place, y: Self.text(height - 11), text: String(label), hint: nil)
            )
            time += step
        }
        return axis
    }
}

extension [Double] {
    /// The elements over and over, so many in all.
    fileprivate func cycled(_ count: Int) -> [Double] { (0..<count).map { self[$0 % self.count] } }
}
