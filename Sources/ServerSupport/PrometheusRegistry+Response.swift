import HTTPTypes
import Hummingbird
import NIOCore
import Shared

extension PrometheusRegistry {
    /// The answer to `GET /metrics`: OpenMetrics for whoever asks for it, else Prometheus' text.
    ///
    /// - Parameter accept: The request's `Accept`.
    package func response(accept: String?) -> Response {
        let format = Self.format(accept: accept)
        return Response(
            status: .ok,
            headers: [.contentType: format.contentType, .vary: "Accept"],
            body: ResponseBody(byteBuffer: exposition(openMetrics: format.isOpenMetrics))
        )
    }

    /// The form of the text that a reader asks for.
    ///
    /// - Parameter accept: The request's `Accept`.
    package static func format(accept: String?) -> (isOpenMetrics: Bool, contentType: String) {
        let isOpenMetrics = wantsOpenMetrics(accept)
        return (
            isOpenMetrics,
            isOpenMetrics
                ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                : "text/plain; version=0.0.4; charset=utf-8"
        )
    }

    package static func wantsOpenMetrics(_ accept: String?) -> Bool {
        for range in (accept ?? "").split(separator: ",") {
            let parts = range.split(separator: ";").map { part in
                part.filter { $0 != " " && $0 != "\t" && $0 != "\"" }.lowercased()
            }
            guard parts.first == "application/openmetrics-text" else { continue }
            let parameters = parts.dropFirst()
            if parameters.contains(where: { $0 == "q=0" || $0 == "q=0.0" }) { continue }
            let versions = parameters.filter { $0.hasPrefix("version=") }
            if versions.isEmpty || versions.contains("version=1.0.0") { return true }
        }
        return false
    }
}
