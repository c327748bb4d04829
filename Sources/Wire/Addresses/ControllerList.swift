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
    /// Whether a controller told of ``learned`` in this run, so that they are live.
    private var isTold = false

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
        isTold = true
        all = Self.unique(told + configured)
        return true
    }

    /// The one to begin with.
    package var first: HostPort { all[0] }

    /// Whether there is one only, so that there is nobody else to ask.
    package var isSingle: Bool { all.count == 1 }

    /// All others in the order in which they are asked after `controller`: the live ones first, from the one behind it on.
    package func others(after controller: HostPort) -> [HostPort] {
        let parts = isTold ? [learned, all.filter { !learned.contains($0) }] : [all]
        return parts.flatMap { part -> [HostPort] in
            guard let index = part.firstIndex(of: controller) else { return part }
            return Array(part[(index + 1)...] + part[..<index])
        }
    }

    /// The parts of texts that name controllers, each one or several with commas between them.
    package static func parts(of texts: [String]) -> [String] {
        texts.flatMap { $0.split(separator: ",") }.compactMap { part in
            guard let first = part.firstIndex(where: { !$0.isWhitespace }),
                let last = part.lastIndex(where: { !$0.isWhitespace })
            else { return nil }
            return String(part[first...last])
        }
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
