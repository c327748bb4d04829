import AsyncHTTPClient
import NIOCore
import NIOPosix
import Wire

/// The HTTP clients for controllers: one with patience, and one that soon gives up on a controller that lets nobody in.
package struct ControllerClients: Sendable {
    /// The longest wait for TCP and TLS together where others can be asked.
    package static let hastyConnect = Duration.seconds(1)

    private let patient: HTTPClient
    private let hasty: HTTPClient

    /// Two clients, of which each keeps its own connections.
    ///
    /// - Parameters:
    ///   - readTimeout: The longest silence while an answer is awaited or streamed.
    ///   - connectionsPerHost: The most connections to one host at a time.
    ///   - deadPeerTimeout: See `HTTPClient.cms`.
    ///   - group: The event loops to run on.
    package init(
        readTimeout: TimeAmount = .seconds(Int64(WireLimits.silenceSeconds)),
        connectionsPerHost: Int = 8,
        deadPeerTimeout: TimeAmount? = nil,
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    ) {
        patient = .cms(
            readTimeout: readTimeout,
            connectionsPerHost: connectionsPerHost,
            deadPeerTimeout: deadPeerTimeout,
            group: group
        )
        hasty = .cms(
            connectTimeout: TimeAmount(Self.hastyConnect),
            readTimeout: readTimeout,
            connectionsPerHost: connectionsPerHost,
            deadPeerTimeout: deadPeerTimeout,
            group: group
        )
    }

    /// The one to use.
    package func client(isHasty: Bool) -> HTTPClient { isHasty ? hasty : patient }

    /// Shuts both down, but waits for their peers only so long.
    package func shutDown(within limit: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            for client in [patient, hasty] { group.addTask { await client.shutDown(within: limit) } }
        }
    }
}
