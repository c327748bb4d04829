/// The controllers that a program knows, in the order in which they are to be tried: never none.
///
/// Those that controllers told of are live, so they come before those that were given at the start.
package struct ControllerList: Sendable, Hashable {
    /// Those that were given at the start, the first one first.
    package let configured: [HostPort]
    /// All that are known, each once.
    package private(set) var all: [HostPort]
    /// Those that a controller told of last, or that are remembered of a former run.
    package private(set) var learned: [HostPort]

    /// One controller.
    package init(_ controller: HostPort) {
        configured = [controller]
        all = [controller]
        learned = []
    }

    /// Several controllers, of which each counts once.
    ///
    /// - Parameters:
    ///   - configured: Those that were given.
    ///   - remembered: Those that controllers told of in a former run; they come last, for what is given may be newer.
    /// - Returns: `nil` when none is given.
    package init?(_ configured: [HostPort], remembered: [HostPort] = []) {
        guard !configured.isEmpty else { return nil }
        self.configured = Self.unique(configured)
        learned = Array(Self.unique(remembered).prefix(WireLimits.controllers))
        all = Self.unique(configured + learned)
    }

    /// Takes what a controller told of: `host:port` of the live controllers.
    ///
    /// What is no address to send requests to is left aside, as is what goes beyond ``WireLimits/controllers``.
    ///
    /// - Returns: Whether other controllers are known than before; the order alone is no news.
    package mutating func learn(_ texts: [String]?) -> Bool {
        let told = Self.addresses(texts)
        guard !told.isEmpty, Set(told) != Set(learned) else { return false }
        learned = told
        all = Self.unique(told + configured)
        return true
    }

    /// The addresses of a message's list, each once, in its order.
    package static func addresses(_ texts: [String]?) -> [HostPort] {
        let addresses = (texts ?? []).prefix(WireLimits.controllers).compactMap { text -> HostPort? in
            guard text.utf8.count <= WireLimits.controllerText, let address = HostPort(text), address.port > 0,
                address.requestProblem == nil
            else { return nil }
            return address
        }
        return unique(addresses)
    }

    /// A list as a message may hold it; `nil`, and so absent, when it is empty.
    package static func bounded(_ texts: [String]) -> [String]? {
        let fitting = texts.filter { $0.utf8.count <= WireLimits.controllerText }.prefix(WireLimits.controllers)
        return fitting.isEmpty ? nil : Array(fitting)
    }

    private static func unique(_ addresses: [HostPort]) -> [HostPort] {
        var seen: Set<HostPort> = []
        return addresses.filter { seen.insert($0).inserted }
    }
}
