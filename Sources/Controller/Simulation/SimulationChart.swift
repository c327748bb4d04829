import Foundation
import Shared
import Subprocess
import SystemPackage

/// Draws a simulation with Python's matplotlib, which the system brings.
public enum SimulationChart {
    private static let interpreter = "/usr/bin/python3"
    private static let timeout = Duration.seconds(300)

    /// Writes the chart of a run to a PNG file.
    public static func write(_ run: SimulationRun, to path: String) async throws {
        let script = String(decoding: PackageResources.chart_py, as: UTF8.self)
        let input = String(decoding: try run.json(), as: UTF8.self)
        let result: ExecutionResult<Void, DiscardedOutput, StringOutput<UTF8>>
        do {
            result = try await withDeadline(timeout) {
                try await Subprocess.run(
                    .path(FilePath(interpreter)),
                    arguments: ["-c", script, path],
                    input: .string(input),
                    output: .discarded,
                    error: .string(limit: 1 << 20)
                )
            }
        } catch let error as SubprocessError {
            throw SimulationRun.Failure(
                description: "the chart cannot be drawn: \(interpreter) cannot be run (\(error)); install python3 and "
                    + "python3-matplotlib, or leave --chart out"
            )
        }
        guard result.terminationStatus.isSuccess else {
            let words = result.standardError.split(whereSeparator: \.isNewline).last ?? "no reason is known"
            throw SimulationRun.Failure(description: "the chart \(path) was not drawn: \(words)")
        }
    }
}
