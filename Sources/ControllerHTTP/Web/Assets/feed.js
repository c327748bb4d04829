// Lists that grow at the top: decisions, events, endpoints.

import { $, el, reconcile, text } from "./dom.js";
import { count, sentence, time } from "./format.js";
import { byName } from "./states.js";
import { orderWords } from "./headline.js";

const most = 200;

/** The kinds by what they are about, for the filter and for colour. */
const topics = {
  Scaling: ["overload", "overload.ended", "scale-out.decided", "scale-in.decided", "scale-out.blocked", "reserve.empty", "breaker.opened", "breaker.closed", "group.paused", "group.resumed"],
  Instances: ["instance.", "agent.", "standby.", "rollout."],
  Endpoints: ["endpoints.changed"],
  Trouble: ["instance.unhealthy", "instance.failed", "instance.quarantined", "hypervisor.lost", "hypervisor.domain-hung", "host.lost", "instance.disputed", "store.failed", "hook.failed", "peer.refused", "configuration.refused", "rollout.failed", "reserve.empty", "breaker.opened", "scale-out.blocked"],
  Controller: ["controller.", "configuration.", "hypervisor.", "store.", "peer.", "hook."],
};
const matches = (topic, kind) => topics[topic].some((word) => (word.endsWith(".") ? kind.startsWith(word) : kind === word));
const tone = (kind) => (matches("Trouble", kind) ? "bad" : matches("Scaling", kind) ? "busy" : matches("Endpoints", kind) || kind === "instance.probed" ? "good" : "quiet");

export class Feed {
  constructor(model, tell) {
    this.model = model;
    this.tell = tell;
    this.kinds = new Set();
    const select = $("event-kind");
    select.append(el("option", { value: "" }, "All events"), el("option", { value: "by:" }, "By an operator"));
    for (const topic of Object.keys(topics)) select.append(el("option", { value: `topic:${topic}` }, topic));
    this.exact = el("optgroup", { label: "One kind" });
    select.append(this.exact);
    select.addEventListener("change", () => this.drawEvents());
    $("event-text").addEventListener("input", () => this.drawEvents());
  }

  draw() {
    this.drawDecisions();
    this.drawEvents();
    this.drawEndpoints();
  }

  drawDecisions() {
    reconcile(
      $("decisions"), this.model.decisions.slice(0, 30), (decision) => `${decision.at} ${orderWords(decision.order)}`,
      (decision) => {
        const order = orderWords(decision.order);
        const size = decision.desired !== undefined && decision.desired !== decision.capacity ? `${decision.capacity} → ${decision.desired}` : `size ${decision.capacity ?? "–"}`;
        return el(
          "li", { class: "entry-row" },
          el("time", { datetime: decision.at }, time(Date.parse(decision.at))),
          el("span", { class: "chip", "data-tone": order === "hold" ? "quiet" : "busy" }, order),
          el("span", { class: "quiet" }, size),
          el("p", {}, sentence(decision.reason)),
          el("p", { class: "quiet" }, `Would change: ${decision.whatWouldChange ?? "–"}`),
        );
      },
    );
    if (!this.model.decisions.length) empty($("decisions"), "None in the last hour.");
  }

  drawEvents() {
    for (const event of this.model.events) {
      if (this.kinds.has(event.kind)) continue;
      this.kinds.add(event.kind);
      const names = [...this.kinds].sort();
      reconcile(this.exact, names, (name) => name, (name) => el("option", { value: name }, name));
    }
    const filter = $("event-kind").value;
    const words = $("event-text").value.trim().toLowerCase();
    const fits = (event) => {
      if (filter === "by:" && !event.by) return false;
      if (filter.startsWith("topic:") && !matches(filter.slice(6), event.kind)) return false;
      if (filter && !filter.includes(":") && event.kind !== filter) return false;
      return !words || `${event.kind} ${event.instance ?? ""} ${event.by ?? ""} ${event.detail}`.toLowerCase().includes(words);
    };
    const found = this.model.events.filter(fits);
    reconcile($("events"), found.slice(0, most), (event) => event.id, (event) => this.event(event));
    text($("events-note"), found.length > most ? `The newest ${most} of ${found.length}.` : this.model.events.length && found.length < this.model.events.length ? `${found.length} of ${count(this.model.events.length, "event")}.` : "");
    if (!found.length) empty($("events"), this.model.events.length ? "None that fits." : "None in the last hour.");
  }

  event(event) {
    const row = this.model.group?.instances.find((instance) => instance.name === event.instance);
    return el(
      "li", { class: "entry-row" },
      el("time", { datetime: event.at }, time(Date.parse(event.at))),
      el("span", { class: "chip", "data-tone": tone(event.kind) }, event.kind),
      event.instance && (row ? el("button", { type: "button", class: "link", onclick: () => this.tell(row.uuid) }, event.instance) : el("span", {}, event.instance)),
      event.by && el("span", { class: "by" }, `by ${event.by}`),
      el("p", {}, event.detail),
    );
  }

  drawEndpoints() {
    const { group, tick } = this.model;
    const set = [...(group?.endpoints ?? [])].sort((a, b) => byName(a.name, b.name));
    text($("endpoints-note"), group ? `revision ${tick?.revision ?? group.revision}; ${tick?.acknowledged ?? 0} of ${count(tick?.watchers ?? 0, "watching client")} use it` : "");
    reconcile(
      $("endpoints"), set, (endpoint) => `${endpoint.id} ${endpoint.url}`,
      (endpoint) => el("li", { class: "entry-row" }, el("b", {}, endpoint.name), el("code", {}, endpoint.url)),
    );
    if (!set.length) empty($("endpoints"), "Empty: clients have nowhere to go.");
  }
}

function empty(list, words) {
  reconcile(list, [words], (item) => item, () => el("li", { class: "quiet" }, words));
}
