import ServiceLifecycle
import Testing

@testable import Controller

@Suite("The order in which a controller starts and stops")
struct ServiceOrderTests {
    private struct Named: Service {
        let name: String

        func run() async throws {}
    }

    private func names(_ order: ServiceOrder) -> [String] {
        order.ordered.compactMap { ($0.service as? Named)?.name }
    }

    @Test("services stand in the order of their places, whatever the order in which they were added")
    func order() {
        for places in [ServiceOrder.Place.allCases, ServiceOrder.Place.allCases.reversed()] {
            var order = ServiceOrder()
            for place in places { order.add(Named(name: "\(place)"), at: place) }
            #expect(names(order) == ServiceOrder.Place.allCases.map { "\($0)" })
        }
    }

    @Test("services of one place stay in the order in which they were added")
    func together() {
        var order = ServiceOrder()
        order.add([Named(name: "first"), Named(name: "second")], at: .api)
        order.add(Named(name: "third"), at: .api)
        #expect(names(order) == ["first", "second", "third"])
    }

    @Test(
        "what needs another part starts after it, so that it stops before it",
        arguments: [
            (
                ServiceOrder.Place.reconcilers,
                [ServiceOrder.Place.hypervisor, .events, .sampler, .heartbeats, .api, .web]
            ),
            (.api, [.events, .hypervisor]),
            (.web, [.events, .api]),
            (.sampler, [.hypervisor]),
            (.heartbeats, [.events]),
        ]
    )
    func needs(place: ServiceOrder.Place, needed: [ServiceOrder.Place]) throws {
        let places = ServiceOrder.Place.allCases
        let own = try #require(places.firstIndex(of: place))
        for other in needed { #expect(try #require(places.firstIndex(of: other)) < own, "\(other) before \(place)") }
    }
}
