import HTTPTypes
import Hummingbird
import Synchronization

/// Which methods each path takes: what tells a wrong method from an unknown path.
package final class RouteTable: Sendable {
    private struct Route {
        var segments: [Substring]
        var methods: Set<String>
    }

    private let routes = Mutex<[Route]>([])

    /// Takes over all routes of a router.
    func fill(_ router: Router<PeerContext>) {
        var table: [String: Set<String>] = [:]
        for route in router.routes {
            table[route.path.description, default: []].insert(route.method.rawValue)
            if route.method == .get { table[route.path.description, default: []].insert("HEAD") }
        }
        let new = table.map { Route(segments: $0.key.split(separator: "/"), methods: $0.value) }
        routes.withLock { $0 = new }
    }

    /// The methods that the path takes, in order; empty when there is no such path.
    func methods(of path: String) -> [String] {
        let segments = path.split(separator: "/")
        let found = routes.withLock { routes in
            routes.filter { route in
                route.segments.count == segments.count
                    && zip(route.segments, segments).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
            }
        }
        return found.reduce(into: Set<String>()) { $0.formUnion($1.methods) }.sorted()
    }
}
