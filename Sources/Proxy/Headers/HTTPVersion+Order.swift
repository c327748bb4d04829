import NIOHTTP1

extension HTTPVersion {
    /// Whether it is older than HTTP/1.1, so that it has neither chunks nor lasting connections of itself.
    var isBeforeHTTP11: Bool { major < 1 || (major == 1 && minor < 1) }
}
