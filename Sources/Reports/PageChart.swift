/// What the template `chart.mustache` shows: a drawing with its legend.
struct PageChart {
    /// An entry of a legend.
    struct Key {
        let name: String
        let symbol: ChartElement

        /// An entry that shows a style as the chart does.
        init(_ style: String, _ name: String) {
            self.name = name
            if style.hasPrefix("state") {
                symbol = .bar(style: style, x: "0", y: "0", width: "22", height: "10", hint: nil)
            } else if style.hasPrefix("band") {
                symbol = .bar(style: style, x: "0", y: "1", width: "22", height: "8", hint: nil)
            } else {
                symbol = .path(style: style, line: "M0 5H22")
            }
        }
    }

    let legend: [Key]
    let drawing: SVGChart.Drawing
    /// How many are shown of how many; absent when all are.
    let part: (shown: Int, all: Int)?

    init(_ chart: SVGChart, legend: [Key] = [], part: (shown: Int, all: Int)? = nil) {
        self.legend = legend
        drawing = chart.drawing
        self.part = part
    }
}
