import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Orchestration
import ServiceLifecycle
import Shared
import Wire

/// The routes of port 7080.
package struct WebRoutes: Sendable {
    package let api: ControllerAPI
    package let access: WebAccess
    var files = StaticFiles()

    package init(api: ControllerAPI, access: WebAccess, files: StaticFiles = StaticFiles()) {
        self.api = api
        self.access = access
        self.files = files
    }

    /// The longest a question for endpoints may be held, seconds.
    static let longestWait = 60.0

    /// The router with all of them.
    package func router() -> Router<PeerContext> {
        let table = RouteTable()
        let router = Router(context: PeerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestCounter(listener: .web, metrics: api.parts.metrics))
        router.add(middleware: WebAnswerMiddleware())
        router.add(middleware: WebAccessMiddleware(access: access, table: table))
        router.add(middleware: WebRouteMiddleware(table: table))
        router.add(middleware: OnBehalfMiddleware(api: api))
        files.add(to: router)
        router.get("/healthz") { _, _ in try Response.message(["status": "ok", "version": CMSVersion.current]) }
        router.requiring(.reader)
            .get("/readyz") { [api] _, _ in try Readiness(groups: api.parts.groups).response() }
            .get("/v1/openapi.json") { _, _ in
                Response(
                    status: .ok,
                    headers: [.contentType: "application/json"],
                    body: ResponseBody(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json))
                )
            }
            .get("/v1/sd/prometheus") { [api] _, _ in
                try Response.message(
                    PrometheusTarget.all(groups: api.parts.groups, sessions: api.parts.registry.sessions)
                )
            }
            .get("/v1/endpoints", use: endpoints)
        api.addReading(to: router)
        api.addSteering(to: router)
        table.fill(router)
        return router
    }

    /// `GET /v1/endpoints[?group=GROUP][&wait=SECONDS]`: the set with its tag, held back until it changes.
    @Sendable func endpoints(_ request: Request, _ context: PeerContext) async throws -> Response {
        let group = try api.group(request)
        var wait = 0.0
        if let text = request.uri.queryParameters["wait"] {
            guard let seconds = Double(text), (0...Self.longestWait).contains(seconds) else {
                throw ControllerAPI.badParameter("'wait' is a number of seconds from 0 to \(Int(Self.longestWait))")
            }
            wait = seconds
        }
        let known = request.headers[.ifNoneMatch]
        var set = group.directory.current
        var headers: HTTPFields = [.cacheControl: "no-cache"]
        if wait > 0, request.method != .head, EntityTag.matches(known, try Self.tag(of: set, in: group.name)) {
            guard let changes = group.directory.changes() else {
                throw Problem(
                    .serviceUnavailable,
                    code: "too-many-watches",
                    detail: "too many wait for a change already; try again later"
                )
            }
            defer { group.directory.endChanges(changes.id) }
            let (revisions, known, limit) = (changes.revisions, set.revision, wait)
            // Whoever goes away meanwhile ends the wait.
            try await request.body.consumeWithCancellationOnInboundClose { _ in
                await withTaskGroup(of: Void.self) { tasks in
                    tasks.addTask {
                        for await revision in revisions.cancelOnGracefulShutdown() where revision != known { return }
                    }
                    tasks.addTask { try? await Task.sleep(for: .seconds(limit)) }
                    await tasks.next()
                    tasks.cancelAll()
                }
            }
            set = group.directory.current
            // Watching for the asker's leave uses the connection up.
            headers[.connection] = "close"
        }
        let tag = try Self.tag(of: set, in: group.name)
        headers[.eTag] = tag
        if EntityTag.matches(known, tag) { return Response(status: .notModified, headers: headers) }
        var response = try Response.message(set)
        response.headers.append(contentsOf: headers)
        return response
    }

    /// `"GROUP-REVISION-HASH"`: the hash tells sets apart that a controller which lost its state gave one number.
    static func tag(of set: EndpointSet, in group: String) throws -> String {
        let hash = SHA256.hash(data: try WireCoding.encoder().encode(set.endpoints)).prefix(4)
        let name = group.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return "\"\(name)-\(set.revision)-" + hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "\""
    }
}
