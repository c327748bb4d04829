import Foundation
import HTTPTypes
import Shared
import Testing
import Wire

@Suite("The controllers that are known")
struct ControllerListTests {
    private let a = HostPort(host: "192.0.2.1", port: 7000)
    private let b = HostPort(host: "192.0.2.2", port: 7000)
    private let c = HostPort(host: "::1", port: 7001)

    @Test("those that are told come first, those that were given stay, and order alone is no news")
    func learns() throws {
        var list = try #require(ControllerList([a, a]))
        #expect(list.isSingle && list.first == a)
        var isNews = list.learn(["192.0.2.2:7000", "[::1]:7001"])
        #expect(isNews)
        #expect(list.all == [b, c, a])
        isNews = list.learn(["[::1]:7001", "192.0.2.2:7000"])
        #expect(!isNews, "the same ones")
        #expect(list.all == [b, c, a])
        for told in [nil, [], ["nonsense"]] {
            isNews = list.learn(told)
            #expect(!isNews, "nothing told is no news")
        }
        #expect(list.all == [b, c, a])
        #expect(list.others(after: b) == [c, a])
        #expect(list.others(after: c) == [b, a], "a live one before one that was only given")
        #expect(list.others(after: a) == [b, c])
        #expect(ControllerList([]) == nil)
    }

    @Test("those of a former run come behind those that are given")
    func remembered() throws {
        let list = try #require(ControllerList([a], remembered: [b, a]))
        #expect(list.all == [a, b])
        #expect(list.others(after: a) == [b])
    }

    @Test("a list is bounded, and what is no address is left aside")
    func bounds() {
        let many = (1...40).map { "192.0.2.\($0):7000" }
        #expect(ControllerList.addresses(many).count == WireLimits.controllers)
        #expect(ControllerList.bounded(many)?.count == WireLimits.controllers)
        #expect(ControllerList.bounded([]) == nil)
        let long = String(repeating: "x", count: 254)
        #expect(
            ControllerList.addresses(["\(long):7000", "\(long):70000", "h", "h:0", "fe80::1", "[fe80::1%e]:1"]) == [
                HostPort(host: long, port: 7000)
            ]
        )
        #expect(ControllerList.bounded(["\(long)y:70000"]) == nil)
        #expect(ControllerList.addresses(["h:1", "h:1", "g:1"]).map(\.host) == ["h", "g"])
        #expect(ControllerList.parts(of: ["a:1, b:2,", "", " c "]) == ["a:1", "b:2", "c"])
    }

    @Test("problems name controllers, and others have no such key")
    func problems() throws {
        let problem = Problem.otherController(["192.0.2.2:7000", "192.0.2.1:7000"], detail: "it is b's")
        let read = try WireCoding.decode(Problem.self, from: WireCoding.encoder().encode(problem))
        #expect(read == problem && read.statusCode == 421 && read.code == "other-controller")
        let plain = try WireCoding.encoder().encode(Problem(.notFound, code: "x", detail: "y"))
        #expect(!String(decoding: plain, as: UTF8.self).contains("controllers"))
        let old = #"{"status":404,"title":"t","detail":"d","code":"c"}"#
        #expect(try WireCoding.decode(Problem.self, from: Data(old.utf8)).controllers == nil)

        let known = KnownControllers(ControllerList(a))
        #expect(known.failure(read) == .elsewhere(b))
        #expect(known.list.all == [b, a])
        #expect(known.failure(.noController(["192.0.2.9:1"], detail: "")) == .unowned)
        #expect(known.list.first.host == "192.0.2.9")
        #expect(known.failure(Problem(.serviceUnavailable, code: "busy", detail: "")) == .broken)
        #expect(known.failure(.otherController(["?"], detail: "")) == .elsewhere(nil))
    }
}
