import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Shared

/// The page and what it is made of: files within the program, and the chart library that Debian brings.
package struct StaticFiles: Sendable {
    /// One file within the program.
    fileprivate struct File: Sendable {
        var bytes: ByteBuffer
        var type: String
        var tag: String

        init(_ bytes: [UInt8], _ type: String) {
            self.bytes = ByteBuffer(bytes: bytes)
            self.type = type
            self.tag = StaticFiles.tag(of: bytes)
        }
    }

    fileprivate static let files: [String: File] = [
        "/": File(PackageResources.index_html, "text/html; charset=utf-8"),
        "/dashboard.css": File(PackageResources.dashboard_css, "text/css; charset=utf-8"),
        "/api.js": script(PackageResources.api_js),
        "/charts.js": script(PackageResources.charts_js),
        "/dashboard.js": script(PackageResources.dashboard_js),
        "/dom.js": script(PackageResources.dom_js),
        "/feed.js": script(PackageResources.feed_js),
        "/format.js": script(PackageResources.format_js),
        "/headline.js": script(PackageResources.headline_js),
        "/hosts.js": script(PackageResources.hosts_js),
        "/instances.js": script(PackageResources.instances_js),
        "/lanes.js": script(PackageResources.lanes_js),
        "/model.js": script(PackageResources.model_js),
        "/series.js": script(PackageResources.series_js),
        "/settings.js": script(PackageResources.settings_js),
        "/states.js": script(PackageResources.states_js),
        "/steering.js": script(PackageResources.steering_js),
        "/story.js": script(PackageResources.story_js),
        "/stream.js": script(PackageResources.stream_js),
    ]

    private static func script(_ bytes: [UInt8]) -> File { File(bytes, "text/javascript; charset=utf-8") }

    /// The files of the chart library that are given away, and no others.
    private static let library = [
        "/dygraph.min.js": "text/javascript; charset=utf-8", "/dygraph.min.css": "text/css; charset=utf-8",
    ]

    /// All paths of files.
    static let paths: Set<String> = Set(files.keys).union(library.keys)

    /// Where Debian puts the chart library (package libjs-dygraphs).
    var libraryDirectories = ["/usr/share/javascript/dygraphs", "/usr/share/nodejs/dygraphs/dist"]
    /// The largest file of the library that is read, bytes.
    private static let libraryLimit = 4 << 20

    /// Adds a route for each file.
    func add(to router: Router<PeerContext>) {
        for (path, file) in Self.files {
            router.get(RouterPath(path)) { request, _ in
                Self.answer(request, file.bytes, type: file.type, tag: file.tag)
            }
        }
        for (path, type) in Self.library {
            let candidates = libraryDirectories.map { $0 + path }
            router.get(RouterPath(path)) { request, _ in
                for candidate in candidates {
                    guard let data = FileManager.default.contents(atPath: candidate), data.count <= Self.libraryLimit
                    else { continue }
                    return Self.answer(request, ByteBuffer(bytes: data), type: type, tag: Self.tag(of: data))
                }
                throw Problem(
                    .notFound,
                    code: "no-chart-library",
                    detail:
                        "the chart library is not installed; run 'apt-get install libjs-dygraphs' on the controller's host"
                )
            }
        }
    }

    private static func answer(_ request: Request, _ bytes: ByteBuffer, type: String, tag: String) -> Response {
        // A browser asks each time and mostly hears that nothing changed.
        let headers: HTTPFields = [.eTag: tag, .cacheControl: "no-cache"]
        if EntityTag.matches(request.headers[.ifNoneMatch], tag) {
            return Response(status: .notModified, headers: headers)
        }
        var full = headers
        full[.contentType] = type
        return Response(status: .ok, headers: full, body: ResponseBody(byteBuffer: bytes))
    }

    fileprivate static func tag(of data: some DataProtocol) -> String {
        let hash = SHA256.hash(data: data).prefix(12)
        return "\"" + hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    }
}

/// Strong entity tags (RFC 9110, 8.8.3).
enum EntityTag {
    /// Whether `If-None-Match` names the tag: then the asker has it already.
    static func matches(_ header: String?, _ tag: String) -> Bool {
        guard let header else { return false }
        return header.split(separator: ",").contains { word in
            let word = word.trimmingCharacters(in: .whitespaces)
            return word == "*" || word == tag || word == "W/\(tag)"
        }
    }
}
