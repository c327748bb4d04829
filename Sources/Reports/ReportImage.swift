import Foundation
import Wire

/// A report as a picture, drawn with Python's matplotlib, which the system brings.
package enum ReportImage {
    /// Draws a report into a PNG file.
    package static func write(_ report: RunReport, to path: String) async throws {
        try await PythonChart(
            script: String(decoding: PackageResources.report_py, as: UTF8.self),
            remedy: "write the report as .html"
        ).draw(String(decoding: try WireCoding.encoder().encode(report), as: UTF8.self), to: path)
    }
}
