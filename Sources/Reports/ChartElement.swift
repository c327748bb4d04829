/// An element of a chart; the template `element.mustache` asks for cases and their values by name.
enum ChartElement {
    /// A line, or the edge of an area.
    case path(style: String, line: String)
    /// A rectangle, with words for whoever points at it.
    case bar(style: String, x: String, y: String, width: String, height: String, hint: String?)
    /// A name within the chart.
    case note(x: String, y: String, text: String)
    /// A name beside an axis, and the whole of it where it is cut.
    case tick(anchor: String, x: String, y: String, text: String, hint: String?)
    /// The name of the vertical axis.
    case unit(y: String, text: String)
}
