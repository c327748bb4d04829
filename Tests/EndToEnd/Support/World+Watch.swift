import Foundation
import Glibc

extension World {
    /// `curl -N` on the endpoint watch, writing to a file.
    struct Watch: Sendable {
        let program: Program
        let path: String

        /// Ends it and returns the lines it printed.
        func end() async throws -> [String] {
            program.signal(SIGTERM)
            _ = try await program.end(within: .seconds(5))
            let text = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
            return text.split(separator: "\n").map(String.init)
        }
    }

    /// Watches the endpoints as an operator would.
    func startWatch() throws -> Watch {
        let path = directory + "/watch-\(UUID()).jsonl"
        return Watch(
            program: try Program(
                [
                    "/usr/bin/curl", "-sN", "--cacert", identity + "/ca.pem", "--cert", identity + "/cert.pem", "--key",
                    identity + "/key.pem", "https://\(address)/v1/endpoints?watch",
                ],
                output: path,
                errors: "/dev/null"
            ),
            path: path
        )
    }
}

extension Lab {
    /// Lets a VM boot to a point before its agent: as if the image lacked it.
    func withoutAgent(_ name: String) async throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID()).xml").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await run(
            "/bin/sh",
            "-c",
            "virsh dumpxml --inactive \(name) | sed 's#</cmdline># systemd.unit=basic.target</cmdline>#' >\(file) && virsh define \(file)"
        )
    }
}
