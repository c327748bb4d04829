import ArgumentParser
import ConfigurationReading
import ConfigurationValues
import Controller
import Libvirt
import Logging
import Wire

/// `cms-controller run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "run", abstract: "Run the controller (the default).")

    @OptionGroup var options: ControllerOptions
    @OptionGroup var log: LogOptions

    mutating func run() async throws {
        let configuration = try options.load()
        let logger = log.makeLogger()
        let hypervisors = configuration.hypervisors.map { LibvirtHypervisor(uri: $0.uri, logger: logger) }
        do {
            let service = ControllerService(
                configuration: configuration,
                hypervisors: hypervisors,
                reload: { [options] in try options.read() },
                logger: logger
            )
            try await service.run { port in
                logger.info("listening", metadata: ["address": "\(configuration.listen.host)", "port": "\(port)"])
            } onWebListening: { port in
                logger.info(
                    "web interface listening",
                    metadata: ["address": "\(configuration.webListen?.host ?? "")", "port": "\(port)"]
                )
            }
        } catch {
            throw runFailure(error)
        }
    }
}
