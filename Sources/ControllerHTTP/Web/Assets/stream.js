// Server-sent events over fetch: unlike EventSource it can show a token, and it says when it hears nothing.

import { identity } from "./api.js";

const silence = 15_000;
const longestLine = 4 << 20;
const slowest = 10_000;

/**
 * Follows a stream for good. `on.message({kind, id, data})` for each event, `on.state(name, detail)` for `live`,
 * `waiting` (detail: milliseconds until the next attempt) and `refused` (detail: what the controller said), `on.open()`
 * after each connection.
 */
export class Stream {
  constructor(path, on) {
    this.path = path;
    this.on = on;
    this.lastID = null;
    this.base = 1000;
    this.attempt = 0;
    this.heardAt = 0;
  }

  /** Begins, or begins anew at once. */
  start() {
    this.stop();
    this.running = new AbortController();
    this.follow(this.running.signal);
  }

  stop() {
    this.running?.abort();
  }

  async follow(signal) {
    while (!signal.aborted) {
      let refusal = null;
      try {
        refusal = await this.connect(signal);
      } catch {
        // A connection that ends is nothing unusual: the next one goes on where this one ended.
      }
      if (signal.aborted) return;
      const wait = Math.min(slowest, this.base * 2 ** Math.min(this.attempt, 5) * (0.75 + Math.random() / 2));
      this.attempt += 1;
      if (refusal) this.on.state("refused", refusal);
      else this.on.state("waiting", wait);
      await pause(refusal ? slowest : wait, signal);
    }
  }

  async connect(signal) {
    const connection = new AbortController();
    const end = () => connection.abort();
    signal.addEventListener("abort", end);
    this.heardAt = Date.now();
    const watchdog = setInterval(() => Date.now() - this.heardAt > silence && end(), 1000);
    try {
      const headers = { Accept: "text/event-stream", ...identity() };
      if (this.lastID !== null) headers["Last-Event-ID"] = this.lastID;
      const response = await fetch(this.path, { headers, cache: "no-store", signal: connection.signal });
      if (response.status === 401 || response.status === 403) {
        const problem = await response.json().catch(() => ({}));
        return problem.detail ?? `the controller answered ${response.status}`;
      }
      if (!response.ok || !response.body) return null;
      this.on.open();
      this.on.state("live");
      await this.read(response.body);
      return null;
    } finally {
      clearInterval(watchdog);
      signal.removeEventListener("abort", end);
      end();
    }
  }

  async read(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new Parser((message) => {
      if (message.id !== null) this.lastID = message.id;
      if (message.retry !== null) this.base = Math.min(slowest, Math.max(250, message.retry));
      if (message.data !== null) this.on.message(message);
    });
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      this.heardAt = Date.now();
      this.attempt = 0;
      parser.add(value);
    }
  }
}

/** Puts the lines of a stream of events together. */
export class Parser {
  constructor(emit) {
    this.emit = emit;
    this.rest = "";
    this.clear();
  }

  clear() {
    this.message = { kind: "message", id: null, retry: null, data: null };
    this.isEmpty = true;
  }

  add(chunk) {
    this.rest += chunk;
    if (this.rest.length > longestLine) throw new Error("a line of the stream is too long");
    const lines = this.rest.split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }

  line(line) {
    if (line === "") {
      if (!this.isEmpty) this.emit(this.message);
      this.clear();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    this.isEmpty = false;
    if (name === "event") this.message.kind = value;
    else if (name === "data") this.message.data = this.message.data === null ? value : `${this.message.data}\n${value}`;
    else if (name === "id") this.message.id = value;
    else if (name === "retry" && /^\d+$/.test(value)) this.message.retry = Number(value);
  }
}

function pause(milliseconds, signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => (clearTimeout(timer), resolve()), { once: true });
  });
}
