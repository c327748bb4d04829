import Synchronization

#if canImport(Glibc)
import Glibc
#endif

/// A terminal on which a block of lines is drawn again and again in place.
package final class Terminal: Sendable {
    private struct State {
        var drawn = 0
        var open = false
    }

    private let descriptor: Int32
    private let out: LineFile
    private let state = Mutex(State())

    /// The terminal behind `descriptor`; `nil` when there is none that can move its cursor.
    package init?(descriptor: Int32) {
        guard isatty(descriptor) == 1, let kind = getenv("TERM"), String(cString: kind) != "dumb" else { return nil }
        self.descriptor = descriptor
        out = LineFile(descriptor: descriptor, name: "the terminal")
    }

    /// Columns and rows.
    package var size: (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Replaces the block drawn before with `lines`.
    package func draw(_ lines: [String]) {
        let text = state.withLock { state in
            var text = state.open ? "" : "\u{1B}[?25l"
            state.open = true
            if state.drawn > 0 { text += "\u{1B}[\(state.drawn)A" }
            text += "\r" + lines.map { "\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J"
            state.drawn = lines.count
            return text
        }
        out.writeRaw(text)
    }

    /// Shows the cursor again; what was drawn last stays. Does nothing when nothing was drawn.
    package func restore() {
        let wasOpen = state.withLock { state in
            defer { state.open = false }
            return state.open
        }
        if wasOpen { out.writeRaw("\u{1B}[?25h") }
    }
}
