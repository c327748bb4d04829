import Foundation
import Shared

/// A report as a picture, drawn with Python's matplotlib, which the system brings.
public enum ReportImage {
    /// Draws a report into a PNG file.
    public static func write(_ report: RunReport, to path: String) async throws {
        try await PythonChart(
            script: String(decoding: PackageResources.report_py, as: UTF8.self),
            remedy: "write the report as .html"
        ).draw(String(decoding: try WireCoding.encoder().encode(report), as: UTF8.self), to: path)
    }
}
