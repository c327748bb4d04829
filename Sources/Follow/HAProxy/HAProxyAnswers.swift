import Wire

/// Reads what HAProxy answers on its socket.
package enum HAProxyAnswers {
    /// Maintenance by command, by another server's, by a lost name or by a changed host name (SRV_ADMF_* in HAProxy).
    private static let maintenance = 0x01 | 0x02 | 0x20 | 0x40
    /// Draining by command, or by another server's.
    private static let draining = 0x08 | 0x10
    /// A check is configured; it runs (CHK_ST_* in HAProxy).
    private static let (checkConfigured, checkEnabled) = (0x02, 0x04)

    /// The servers of a backend.
    ///
    /// - Parameters:
    ///   - state: The answer to `show servers state BACKEND`.
    ///   - statistics: The answer to `show stat BACKEND 4 -1`.
    /// - Throws: ``HAProxyError`` when one of them is none.
    package static func servers(state: String, statistics: String, backend: String) throws -> [HAProxyServer] {
        let sessions = try sessions(statistics, backend: backend)
        let lines = state.split(whereSeparator: \.isNewline)
        guard let head = lines.first(where: { $0.hasPrefix("# ") }) else {
            throw unreadable(state, "show servers state", backend)
        }
        let columns = head.dropFirst(2).split(separator: " ").map(String.init)
        let index = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        return try lines.drop { !$0.hasPrefix("# ") }.dropFirst().filter { !$0.isEmpty }.map { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            func field(_ name: String) -> String? {
                index[name].flatMap { fields.indices.contains($0) ? fields[$0] : nil }
            }
            func number(_ name: String) -> Int? { field(name).flatMap { Int($0) } }
            guard let name = field("srv_name"), let admin = number("srv_admin_state"),
                let weight = number("srv_uweight"), let port = number("srv_port")
            else { throw unreadable(String(line), "show servers state", backend) }
            let check = number("srv_check_state") ?? 0
            return HAProxyServer(
                name: name,
                address: field("srv_addr").flatMap(IPAddress.init),
                port: port,
                usesTLS: number("srv_use_ssl").map { $0 != 0 },
                isInMaintenance: admin & maintenance != 0,
                isDraining: admin & draining != 0,
                weight: weight,
                hasIdleCheck: check & checkConfigured != 0 && check & checkEnabled == 0,
                sessions: sessions[name]
            )
        }
    }

    /// The authorities that `show ssl ca-file` lists with at least one certificate.
    package static func authorities(_ answer: String) -> Set<String> {
        Set(
            answer.split(whereSeparator: \.isNewline).compactMap { line in
                guard !line.hasPrefix("#"), !line.hasPrefix("*"), let dash = line.firstRange(of: " - "),
                    let count = line[dash.upperBound...].split(separator: " ").first.flatMap({ Int($0) }), count > 0
                else { return nil }
                return String(line[..<dash.lowerBound])
            }
        )
    }

    /// Sessions under way and waiting, by the server's name.
    private static func sessions(_ answer: String, backend: String) throws -> [String: Int] {
        let lines = answer.split(whereSeparator: \.isNewline)
        guard let head = lines.first, head.hasPrefix("# ") else { throw unreadable(answer, "show stat", backend) }
        let columns = fields(head.dropFirst(2))
        guard let name = columns.firstIndex(of: "svname"), let current = columns.firstIndex(of: "scur"),
            let queued = columns.firstIndex(of: "qcur")
        else { throw unreadable(answer, "show stat", backend) }
        var result: [String: Int] = [:]
        for line in lines.dropFirst() {
            let fields = fields(line)
            guard fields.count > max(name, current, queued), let sessions = Int(fields[current]) else { continue }
            result[fields[name]] = sessions + (Int(fields[queued]) ?? 0)
        }
        return result
    }

    /// The fields of a line of CSV; one in quotes may hold commas, and a quote as two.
    private static func fields(_ line: Substring) -> [String] {
        var result: [String] = []
        var field = ""
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                result.append(field)
                field = ""
            default: field.append(character)
            }
        }
        result.append(field)
        return result
    }

    private static func unreadable(_ answer: String, _ command: String, _ backend: String) -> HAProxyError {
        let words = answer.split(whereSeparator: \.isNewline).joined(separator: " ")
        let error = HAProxyError(words: words, backend: backend, command: command)
        guard error.reason == .refused else { return error }
        return HAProxyError(.unreadable, "what HAProxy answers to '\(command)' cannot be read: \(words.prefix(200))")
    }
}
