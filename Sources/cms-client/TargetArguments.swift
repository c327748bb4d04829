import ArgumentParser
import Client
import Shared
import Wire

/// The options that say what is asked for, and of whom when that is not a controller's group.
struct TargetArguments: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Ask this path of the service by GET instead of Fibonacci numbers, such as '/search?q=cms'.",
            valueName: "path"
        )
    )
    var path: String?

    @Option(
        help: ArgumentHelp(
            "With --path: the statuses of a right answer, 200-399 or 204. Default: 200-399.",
            valueName: "statuses"
        )
    )
    var expect: StatusRange?

    @Option(
        help: ArgumentHelp(
            "Ask this address, such as a load balancer's, in place of a controller's endpoints: http:// or "
                + "https://HOST[:PORT][/BASE]. Several times for several addresses.",
            valueName: "url"
        )
    )
    var url: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "With --url or --path: the authorities that endpoints' certificates must be of, PEM. Default: this "
                + "machine's with --url, else the controller's.",
            valueName: "file"
        ),
        completion: .file()
    )
    var ca: String?

    @Flag(
        help: "With --url or --path: do not check endpoints' certificates; whoever is on the way can answer for them."
    )
    var insecure = false

    /// The largest number of addresses.
    private static let largestCount = 1000

    /// Whether the addresses are given, and no controller is asked.
    var isFixed: Bool { !url.isEmpty }

    /// Refuses what does not go together.
    ///
    /// - Parameters:
    ///   - mode: The shape of the load.
    ///   - hasN: Whether --n is given.
    ///   - controller: What is said of a controller.
    func check(mode: LoadMode, hasN: Bool, controller: ControllerArguments) throws {
        _ = try page()
        if path != nil, hasN { throw ValidationError("--n is for Fibonacci numbers; leave it out with --path.") }
        let addresses = try addresses()
        if isFixed, let option = controller.given {
            throw ValidationError("\(option) is of a controller, which is not asked with --url; give one of them.")
        }
        if isFixed, mode == .ramp {
            throw ValidationError(
                "--mode ramp waits for a new instance, of which only a controller tells; give --controller, or --mode "
                    + "low or high with --url."
            )
        }
        guard let option = ca != nil ? "--ca" : insecure ? "--insecure" : nil else { return }
        if ca != nil, insecure { throw ValidationError("Give --ca or --insecure, not both.") }
        guard isFixed || path != nil else {
            throw ValidationError("\(option) is for services of your own; give --url or --path.")
        }
        if isFixed, !addresses.contains(where: \.isTLS) {
            throw ValidationError("\(option) is for https, and no --url is an https:// one.")
        }
        _ = try trust(identity: nil)
    }

    /// What is asked for instead of Fibonacci numbers; `nil` for these.
    func page() throws -> PageRequest? {
        guard let path else {
            if expect != nil { throw ValidationError("--expect needs --path, which has the statuses.") }
            return nil
        }
        guard let page = PageRequest(path: path, expected: expect ?? .good) else {
            throw ValidationError(
                "--path is '\(path.prefix(200))'; give a path from / on, of visible ASCII characters, at most "
                    + "\(PageRequest.longestPath), such as /healthz or '/search?q=cms'."
            )
        }
        return page
    }

    /// The addresses that are asked; empty with a controller.
    func addresses() throws -> [ServiceURL] {
        guard url.count <= Self.largestCount else {
            throw ValidationError("--url is given \(url.count) times; at most \(Self.largestCount).")
        }
        var addresses: [ServiceURL] = []
        for text in url {
            let address: ServiceURL
            do {
                address = try ServiceURL(text)
            } catch {
                throw ValidationError("--url \(error).")
            }
            guard !addresses.contains(address) else { throw ValidationError("--url '\(text)' is given twice.") }
            addresses.append(address)
        }
        return addresses
    }

    /// Whom to believe to be an endpoint.
    ///
    /// - Parameter identity: The client's; `nil` without a controller.
    func trust(identity: RotatingIdentity?) throws -> EndpointTrust {
        if let ca {
            do {
                return try .authorities(file: ca)
            } catch {
                throw ValidationError("--ca \(error).")
            }
        }
        if insecure { return .anyone }
        guard let identity else { return .system }
        return .identity(identity, allowsPlain: path != nil)
    }
}
