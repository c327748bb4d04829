import Foundation

/// Draws a simulation with Python's matplotlib, which the system brings.
package enum SimulationChart {
    /// Writes the chart of a run to a PNG file.
    package static func write(_ run: SimulationRun, to path: String) async throws {
        try await PythonChart(
            script: String(decoding: PackageResources.chart_py, as: UTF8.self),
            remedy: "leave --chart out"
        ).draw(String(decoding: try run.json(), as: UTF8.self), to: path)
    }
}
