import Follow
import Testing
import Wire

/// Answers of HAProxy, as 2.6.12 gave them.
struct HAProxyAnswersTests {
    static let head = """
        # be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight \
        srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state \
        bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr \
        srv_agent_addr srv_agent_port
        """

    func servers(_ rows: [String], _ statistics: String) throws -> [HAProxyServer] {
        try HAProxyAnswers.servers(
            state: (["1", Self.head] + rows).joined(separator: "\n") + "\n\n",
            statistics: statistics,
            backend: "web"
        )
    }

    @Test func statesAreRead() throws {
        let found = try servers(
            [
                "3 web 1 slot1 127.0.0.1 0 5 1 1 845 1 0 0 8 0 0 0 - 2 - 0 0 - - 0",
                "3 web 2 cms-a 192.0.2.1 2 0 100 100 623 1 0 0 0 0 0 0 - 9001 - 1 0 - - 0",
                "3 web 3 cms-b ::1 0 8 3 100 1 1 0 0 2 0 0 0 - 9002 - 0 0 - - 0",
                "3 web 4 cms-c - 0 1 3 100 1 1 0 0 6 0 0 0 host 9002 - 0 0 - - 0",
            ],
            """
            # pxname,svname,qcur,qmax,scur,smax,check_desc,
            web,slot1,0,0,0,0,,
            web,cms-a,2,9,3,9,"a ""word"", and another",
            web,cms-b,0,0,0,0,,

            """
        )
        #expect(found.map(\.name) == ["slot1", "cms-a", "cms-b", "cms-c"])
        #expect(found.map(\.isInMaintenance) == [true, false, false, true])
        #expect(found.map(\.isDraining) == [false, false, true, false])
        #expect(found.map(\.sessions) == [0, 5, 0, nil], "waiting ones count, and unknown is not none")
        #expect(found.map(\.weight) == [1, 100, 3, 3])
        #expect(found.map(\.hasIdleCheck) == [false, false, true, false])
        #expect(found.map(\.usesTLS) == [false, true, false, false])
        #expect(found[2].address == IPAddress("::1"))
        #expect(found[3].address == nil)
    }

    @Test(arguments: [
        ("Can't find backend.\n", HAProxyError.Reason.noSuchBackend), ("Permission denied\n", .notPermitted),
        ("", .unreadable), ("hello\n", .unreadable), ("Unknown command: 'show'\n", .tooOld),
    ])
    func noAnswerIsAnError(state: String, reason: HAProxyError.Reason) throws {
        let error = #expect(throws: HAProxyError.self) {
            try HAProxyAnswers.servers(state: state, statistics: "# pxname,svname,qcur,scur\n", backend: "web")
        }
        #expect(error?.reason == reason)
    }

    @Test func aRowThatIsCutIsAnError() {
        #expect(throws: HAProxyError.self) { try servers(["3 web 1 slot1"], "# pxname,svname,qcur,scur\n") }
        #expect(throws: HAProxyError.self) { try servers([], "# pxname,svname,scur\n") }
    }

    @Test func authoritiesWithACertificateCount() {
        let answer =
            "# transaction\n*cms-b - 1 certificate(s)\n# filename\n@system-ca - 139 certificate(s)\n"
            + "cms-a - 1 certificate(s)\ncms-c - 0 certificate(s)\n\n"
        #expect(HAProxyAnswers.authorities(answer) == ["@system-ca", "cms-a"])
    }

    @Test(arguments: [
        ("This command is restricted to experimental mode only.", HAProxyError.Reason.tooOld),
        ("Unknown command, but maybe one of the following ones is a better match:", .tooOld),
        ("Permission denied", .notPermitted),
        ("Backend must use a dynamic load balancing to support dynamic servers.", .fixedBalance),
        ("something new", .refused), ("", .refused),
    ])
    func refusalsAreTold(words: String, reason: HAProxyError.Reason) throws {
        let command = HAProxyCommand.add(
            server: "cms-a",
            address: IPAddress(family: .v4, value: 1),
            port: 1,
            options: ""
        )
        let error = try #require(HAProxyError(answer: words, to: command, backend: "web"))
        #expect(error.reason == reason)
    }

    @Test(arguments: [
        ("/run/haproxy/admin.sock", "/run/haproxy/admin.sock"), ("127.0.0.1:9999", "127.0.0.1:9999"),
        ("admin.sock", nil), ("127.0.0.1:0", nil), (String(repeating: "/a", count: 60), nil),
    ])
    func socketsArePathsOrPorts(text: String, expected: String?) {
        #expect(HAProxySocket.Place(text)?.description == expected)
    }
}
