// The last hour of one group in columns of bounded length.

const room = 4096;
const keep = 3_600_000;
const maximum = 128;
/** What is kept of the group, and of each instance. */
export const groupColumns = ["demand", "capacity", "desired", "minimum", "maximum", "threshold"];
export const instanceColumns = ["host", "guest", "steal", "demand", "requestsPerSecond", "p99", "inFlight", "queued"];

/** The bounds are those in force: a schedule may have set others than the configured ones. */
const ofTick = (tick, name) => tick.boundsInForce?.[name] ?? tick[name];
const ofHistory = (columns, name) => columns[`${name}InForce`] ?? columns[name];

const column = () => new Float32Array(room).fill(NaN);
const columns = (names) => Object.fromEntries(names.map((name) => [name, column()]));
const number = (value) => (value === null || value === undefined ? NaN : value);

export class Series {
  constructor() {
    this.clear();
  }

  clear() {
    this.times = new Float64Array(room);
    this.steps = new Float32Array(room);
    this.length = 0;
    this.group = columns(groupColumns);
    this.instances = new Map();
  }

  /** The time of the newest row; `null` without one. */
  get last() {
    return this.length ? this.times[this.length - 1] : null;
  }

  /** One tick. Rows are at least 0.9 s apart: with a shorter interval the newest replaces the one before. */
  addTick(at, tick) {
    if (this.length && at <= this.last) return;
    const before = this.length > 1 ? this.times[this.length - 2] : -Infinity;
    const row = at - before < 900 ? this.length - 1 : this.row();
    this.times[row] = at;
    const step = row ? at - this.times[row - 1] : 1000;
    const usual = row ? this.steps[row - 1] : step;
    this.steps[row] = Math.min(step, Math.max(usual * 2, 1000));
    for (const name of groupColumns) this.group[name][row] = number(ofTick(tick, name));
    for (const instance of tick.instances) {
      const series = this.instance(instance.uuid, instance.name);
      if (!series) continue;
      for (const name of instanceColumns) series.columns[name][row] = number(instance[name]);
      series.state(at, instance.state, this.steps[row]);
    }
  }

  /** What the controller kept, oldest first; only what is newer than the rows that are there. */
  addHistory(history) {
    const times = history.times.map((time) => Date.parse(time));
    const step = (history.resolution || 1) * 1000;
    const after = this.last ?? -Infinity;
    times.forEach((at, index) => {
      if (at <= after || at <= (this.last ?? -Infinity)) return;
      const row = this.row();
      this.times[row] = at;
      this.steps[row] = Math.max(step, index ? Math.min(at - times[index - 1], step * 1.5) : step);
      for (const name of groupColumns) this.group[name][row] = number(ofHistory(history.columns, name)?.[index]);
      for (const instance of history.instances) {
        const state = instance.states?.[index];
        const measured = instanceColumns.some((name) => number(instance.columns[name]?.[index]) >= 0);
        if (!state && !measured) continue;
        const series = this.instance(instance.uuid, instance.name);
        if (!series) continue;
        for (const name of instanceColumns) series.columns[name][row] = number(instance.columns[name]?.[index]);
        if (state) series.state(at, state, this.steps[row]);
      }
    });
  }

  instance(uuid, name) {
    let series = this.instances.get(uuid);
    if (!series) {
      if (this.instances.size >= maximum) return null;
      series = new InstanceSeries(uuid);
      this.instances.set(uuid, series);
    }
    series.name = name;
    return series;
  }

  /** A new row at the end; when there is no room the oldest quarter goes. */
  row() {
    if (this.length === room) {
      const from = room / 4;
      const all = [this.group, ...[...this.instances.values()].map((instance) => instance.columns)];
      this.times.copyWithin(0, from);
      this.steps.copyWithin(0, from);
      for (const group of all) {
        for (const values of Object.values(group)) values.copyWithin(0, from).fill(NaN, room - from);
      }
      this.length -= from;
      const oldest = this.times[0];
      for (const [uuid, instance] of this.instances) if (!instance.forget(oldest)) this.instances.delete(uuid);
    }
    return this.length++;
  }

  /**
   * Rows for a chart: `pick` names the columns, `how` is `mean` or `max` for those that fall together. A gap in the
   * measurements is a row of nulls, so that the line breaks.
   */
  rows(from, to, buckets, picks) {
    const width = (to - from) / buckets;
    const rows = [];
    let current = null;
    let lastAt = null;
    const close = () => {
      if (!current) return;
      rows.push([new Date(current.at), ...current.sums.map((sum, i) => (current.counts[i] ? sum / current.counts[i] : null))]);
      current = null;
    };
    for (let row = this.rowAt(from - width * 2); row < this.length; row += 1) {
      const at = this.times[row];
      if (at > to + width) break;
      const bucket = Math.floor(at / width);
      if (lastAt !== null && at - lastAt > Math.max(width * 2.5, this.steps[row] * 3.5)) {
        close();
        rows.push([new Date(lastAt + 1), ...picks.map(() => null)]);
      }
      lastAt = at;
      if (!current || current.bucket !== bucket) {
        close();
        current = { bucket, at, sums: picks.map(() => 0), counts: picks.map(() => 0) };
      }
      current.at = at;
      picks.forEach(({ values, how }, i) => {
        const value = values[row];
        if (Number.isNaN(value)) return;
        if (how === "max" || how === "last") {
          current.sums[i] = how === "last" || !current.counts[i] ? value : Math.max(current.sums[i], value);
          current.counts[i] = 1;
        } else {
          current.sums[i] += value;
          current.counts[i] += 1;
        }
      });
    }
    close();
    return rows;
  }

  /** The first row at or after a time. */
  rowAt(at) {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.times[middle] < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** One instance: its columns, and its states as stretches of time. */
class InstanceSeries {
  constructor(uuid) {
    this.uuid = uuid;
    this.name = uuid;
    this.columns = columns(instanceColumns);
    this.stretches = [];
  }

  state(at, state, step) {
    const last = this.stretches.at(-1);
    const touches = last && at - last.to <= Math.max(step * 3.5, 3000);
    if (touches && last.state === state) last.to = at;
    else {
      if (touches) last.to = at;
      this.stretches.push({ state, from: at, to: at });
    }
    while (this.stretches.length > 512 || this.stretches[0].to < at - keep) this.stretches.shift();
  }

  forget(before) {
    this.stretches = this.stretches.filter((stretch) => stretch.to >= before);
    return this.stretches.length > 0;
  }
}
