import Foundation
import Glibc

/// The lab that `provisioning/lab` brought up around this process: real libvirt, real guests, in a network of its own.
struct Lab: Sendable {
    /// What is missing to run these tests.
    struct NotInLab: Error, CustomStringConvertible {
        let variable: String
        var description: String {
            "\(variable) is not set: these tests run inside a lab, with 'provisioning/check --only end-to-end'"
        }
    }

    /// A command of the lab failed.
    struct CommandFailed: Error, CustomStringConvertible {
        let command: String
        let status: Int32
        let output: String
        var description: String { "'\(command)' ended with status \(status): \(output.suffix(2000))" }
    }

    static let hostAddress = "192.168.122.1"
    static let hosts = "192.168.122.0/24"
    let command: String
    let directory: String
    let distribution: String

    /// The lab of the environment.
    init() throws {
        func variable(_ name: String) throws -> String {
            guard let value = ProcessInfo.processInfo.environment[name], !value.isEmpty else {
                throw NotInLab(variable: name)
            }
            return value
        }
        command = try variable("CMS_LAB_COMMAND")
        directory = try variable("CMS_LAB_DIR")
        distribution = try variable("CMS_DISTRIBUTION")
    }

    /// The address of a VM: vm1 is .150.
    static func address(of name: String) -> String {
        "192.168.122.\(149 + (Int(name.dropFirst(2)) ?? 0))"
    }

    /// Runs a command to its end and returns what it wrote to both outputs.
    @discardableResult
    func run(_ arguments: String..., timeout: Duration = .seconds(120), allowFailure: Bool = false) async throws
        -> String
    {
        try await run(arguments, timeout: timeout, allowFailure: allowFailure)
    }

    /// The same with a list of arguments.
    @discardableResult
    func run(_ arguments: [String], timeout: Duration = .seconds(120), allowFailure: Bool = false) async throws
        -> String
    {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("cms-\(UUID()).log").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let process = try Program(arguments, output: file, errors: nil)
        let status = try await process.end(within: timeout)
        let output = String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        guard status == 0 || allowFailure else {
            throw CommandFailed(command: arguments.joined(separator: " "), status: status, output: output)
        }
        return output
    }

    /// `virsh` on the lab's libvirt.
    @discardableResult
    func virsh(_ arguments: String..., allowFailure: Bool = false) async throws -> String {
        try await run(
            "/usr/bin/env",
            "sh",
            "-c",
            "virsh " + arguments.joined(separator: " "),
            allowFailure: allowFailure
        )
    }

    /// Shut-off VMs with fresh disks.
    func reset(_ names: String...) async throws {
        for name in names { try await run(command, "reset", name) }
    }

    /// What libvirt says of a VM: `running`, `shut off`, …
    func state(of name: String) async throws -> String {
        try await virsh("domstate", name).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// The number that libvirt gave the running domain: a new one at each start.
    func startNumber(of name: String) async throws -> Int? {
        Int(try await virsh("domid", name).trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// What a guest has written to its console since it was reset.
    func console(of name: String) throws -> String {
        let path = "\(directory)/log/qemu/\(name)-console.log"
        return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    /// Types a line into the root shell on a guest's console, once the shell is there.
    func type(_ line: String, into name: String) async throws {
        let console = "\(directory)/log/qemu/\(name)-console.log"
        try await wait(for: "a shell on \(name)'s console", within: .seconds(60)) {
            let text = FileManager.default.contents(atPath: console).map { String(decoding: $0, as: UTF8.self) }
            return text?.contains("root@\(name)") == true ? true : nil
        }
        let terminal = try await virsh("ttyconsole", name).trimmingCharacters(in: .whitespacesAndNewlines)
        let descriptor = open(terminal, O_WRONLY | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CommandFailed(command: "open \(terminal)", status: errno, output: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        // QEMU looks once a second whether somebody holds the terminal open, and reads only then.
        try await Task.sleep(for: .milliseconds(1500))
        let bytes = Array((line + "\n").utf8)
        guard write(descriptor, bytes, bytes.count) == bytes.count else {
            throw CommandFailed(command: "write \(terminal)", status: errno, output: String(cString: strerror(errno)))
        }
        try await Task.sleep(for: .milliseconds(500))
    }
}
