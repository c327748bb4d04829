import NIOCore
import Shared
import Testing
import Wire

@Suite("Texts for people")
struct PlainTextTests {
    @Test(
        "what is to be pasted reaches the program as it is",
        arguments: [
            ("web-1", "web-1"), ("my vm", "'my vm'"), ("it's", "'it'\\''s'"), ("$(reboot)", "'$(reboot)'"), ("", "''"),
            ("ä", "'ä'"), ("~x", "'~x'"), ("sha256:ab/c_d@e", "sha256:ab/c_d@e"), ("a\nb", "'a\nb'"),
        ]
    )
    func words(text: String, expected: String) {
        #expect(ShellText.word(text) == expected)
    }

    @Test("an operand with a dash comes last, behind '--'; a path gets a folder before it")
    func operands() {
        #expect(ShellText.command("cms scale", operand: "web", options: "--auto") == "cms scale web --auto")
        #expect(ShellText.command("cms scale", operand: "-web", options: "--auto") == "cms scale --auto -- -web")
        #expect(ShellText.command("cms resume", operand: "-w b") == "cms resume -- '-w b'")
        #expect(ShellText.path("-x y") == "'./-x y'")
    }

    struct Message: Codable {
        struct Part: Codable { var size: Int }
        var parts: [Part]
        var name: String
    }

    @Test(
        "a message that cannot be read is described by its key",
        arguments: [
            (#"{"parts": []}"#, "the key 'name' is missing"),
            (
                #"{"parts": [{"size": 1}, {"size": "x"}], "name": "n"}"#,
                "the value of the key 'parts[1].size' is not a whole number"
            ),
            (#"{"parts": [{"size": null}], "name": "n"}"#, "the key 'parts[0].size' has no value"),
            (#"{"parts": 3, "name": "n"}"#, "the value of the key 'parts' is not a list"),
            ("[]", "it is not an object"), ("{\"parts", "it is not JSON"),
            ("", "it is not JSON"),
        ]
    )
    func messages(text: String, expected: String) {
        let error = #expect(throws: UnreadableMessage.self) {
            try WireCoding.decode(Message.self, from: ByteBuffer(string: text))
        }
        #expect(error?.description == expected)
        #expect(error?.isJSON == !expected.hasPrefix("it is not JSON"))
    }

    @Test("the faults of TLS are said without the library's words for them")
    func tls() {
        let failed =
            "sslError([Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED at x.cc:1])"
        #expect(TLSFailure.words(of: failed).hasPrefix("the other side's certificate is not trusted"))
        #expect(TLSFailure.words(of: "…OPENSSL_internal:BAD_SIGNATURE at x.cc:1").hasPrefix("bad signature"))
        #expect(
            TLSFailure.words(of: "sslError([Error:  EOF during handshake])") == "the other side closed the connection"
        )
    }
}
