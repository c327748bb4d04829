import NIOCore
import NIOPosix

/// Ports on loopback that a test may use, leave and use again.
public enum LoopbackPort {
    /// Below the range from which the system takes the ports of connections and of servers that ask for any.
    private static let range = 20_000..<32_000

    /// A port that nobody listens on and that no other test is given by the system meanwhile.
    public static func free() async throws -> Int {
        var last: any Error = ChannelError.connectTimeout(.zero)
        for _ in 0..<50 {
            let port = Int.random(in: range)
            do {
                let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                    .bind(host: "127.0.0.1", port: port).get()
                try await channel.close()
                return port
            } catch {
                last = error
            }
        }
        throw last
    }
}
