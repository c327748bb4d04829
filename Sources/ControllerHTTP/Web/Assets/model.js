// What the page knows: the groups, the last tick of each, the hour of the one that is shown, events and decisions.

import { get } from "./api.js";
import { Series } from "./series.js";

const hour = 3_600_000;
const eventLimit = 1000;
const decisionLimit = 50;

export class Model {
  constructor(changed) {
    this.changed = changed;
    this.groups = [];
    this.ticks = new Map();
    this.selected = null;
    this.series = new Series();
    this.events = [];
    this.decisions = [];
    this.skew = null;
    this.version = "";
    this.loading = 0;
  }

  /** The controller's own time: ages are right even when the clocks of the two machines differ. */
  get now() {
    return Date.now() + (this.skew ?? 0);
  }

  get group() {
    return this.groups.find((group) => group.group === this.selected) ?? null;
  }

  get tick() {
    return this.ticks.get(this.selected) ?? null;
  }

  /** The ledger's rows of the group, each with what the last tick measured. */
  get instances() {
    const measured = new Map((this.tick?.instances ?? []).map((instance) => [instance.uuid, instance]));
    const rows = (this.group?.instances ?? []).map((row) => ({ ...row, ...measured.get(row.uuid), row }));
    for (const row of rows) measured.delete(row.uuid);
    for (const other of measured.values()) rows.push({ ...other, row: null });
    // Without a word in the tick an instance is off, whatever the ledger said a moment ago.
    return rows;
  }

  /** After each connection: the state of all groups, and what was missed. */
  async refresh() {
    this.groups = await get("/v1/groups");
    if (!this.groups.some((group) => group.group === this.selected)) this.select(this.groups[0]?.group ?? null);
    this.changed("groups");
  }

  /** Shows another group. */
  select(name) {
    if (name === this.selected) return;
    this.selected = name;
    this.series.clear();
    this.events = [];
    this.decisions = [];
    this.changed("selection");
  }

  /** Fills what is missing of the last hour from what the controller kept. */
  async backfill() {
    const group = this.selected;
    if (!group) return;
    this.loading += 1;
    const turn = this.loading;
    const now = this.now;
    const ask = (query) => get("/v1/history", { group, ...query }).catch((error) => this.without(error));
    const since = new Date(Math.max(now - hour, (this.series.last ?? 0) + 1));
    const recent = new Date(Math.max(now - 600_000, since.getTime()));
    const [events, decisions, old, fresh] = await Promise.all([
      get("/v1/events", { group, limit: eventLimit, since: new Date(now - hour).toISOString() }),
      get("/v1/decisions", { group, limit: decisionLimit }).catch((error) => this.without(error)),
      since < recent ? ask({ since: since.toISOString(), until: recent.toISOString(), points: 600 }) : null,
      ask({ since: recent.toISOString(), points: 600 }),
    ]);
    if (turn !== this.loading) return;
    if (old) this.series.addHistory(old);
    if (fresh) this.series.addHistory(fresh);
    for (const tick of this.waiting.splice(0)) this.series.addTick(Date.parse(tick.at), tick);
    const known = new Set(this.events.map((event) => event.id));
    this.events = [...this.events, ...events.filter((event) => !known.has(event.id))]
      .sort((a, b) => b.id - a.id)
      .slice(0, eventLimit);
    if (decisions) this.decisions = decisions;
    this.isFilled = true;
    this.changed("backfill");
  }

  /** History is an extra: the page lives without it. */
  without(error) {
    if (error.status === 401 || error.status === 403 || error.status === 0) throw error;
    return null;
  }

  addTick(tick) {
    if (typeof tick?.group !== "string" || !Array.isArray(tick.instances)) return;
    const at = Date.parse(tick.at);
    const skew = at - Date.now();
    this.skew = this.skew === null ? skew : this.skew + (skew - this.skew) * 0.1;
    const before = this.ticks.get(tick.group);
    this.ticks.set(tick.group, tick);
    tick.heardAt = Date.now();
    if (tick.group === this.selected) {
      if (this.isFilled) this.series.addTick(at, tick);
      else if (this.waiting.push(tick) > 120) this.waiting.shift();
      this.note(tick);
    }
    this.changed("tick", { tick, before });
  }

  /** A decision that differs from the one before is put on the list without asking for it. */
  note(tick) {
    if (!tick.order || !tick.reason) return;
    const last = this.decisions[0];
    if (last && last.order === tick.order && tick.order === "hold" && cause(last.reason) === cause(tick.reason)) return;
    this.decisions.unshift({ ...tick, instances: undefined });
    this.decisions.length = Math.min(this.decisions.length, decisionLimit);
  }

  addEvent(event) {
    if (typeof event?.kind !== "string") return;
    if (event.group && event.group !== this.selected) return this.changed("event", event);
    if (this.events.some((other) => other.id === event.id)) return;
    this.events.unshift(event);
    this.events.length = Math.min(this.events.length, eventLimit);
    this.changed("event", event);
  }

  /** A connection is new: until the gap is filled, ticks wait. */
  hold() {
    this.isFilled = false;
    this.waiting = [];
  }

  /** The controller's store is another one: what was known of it is void. */
  reset() {
    this.events = [];
    this.decisions = [];
    this.changed("reset");
  }

  waiting = [];
  isFilled = false;
}

/** A reason without its figures: `all 1 in service over 75 %` and `all 1 in service over 80 %` are one cause. */
export const cause = (reason) => (reason ?? "").replace(/[\d.,]+/g, "#");
