// The charts, drawn by dygraphs, each with its values in words.

import { $, el, reconcile, text } from "./dom.js";
import { axisTime, missing, percent, plain, rate, seconds, time } from "./format.js";
import { byName } from "./states.js";

const buckets = 300;
const mostLines = 8;
const palette = 8;

/** What each chart shows: `lines(context)` gives `{name, values, how, colour, dash, width, step, format, fill}`. */
const charts = [
  { id: "cpu", title: "CPU of each instance", unit: percent, top: 100, lines: cpuLines },
  { id: "demand", title: "Demand against capacity", unit: percent, top: 100, lines: demandLines },
  { id: "rate", title: "Requests answered", unit: rate, top: 1, lines: (context) => perInstance(context, "requestsPerSecond", "mean") },
  { id: "p99", title: "Service time, 99th percentile", unit: seconds, top: 0.05, lines: (context) => perInstance(context, "p99", "max") },
];

/** The instances that get lines of their own: all, or those with the most to do, chosen anew each ten seconds. */
let chosen = { at: 0, names: new Set() };
function shown({ series, latest }) {
  const all = [...series.instances.values()].filter((instance) => latest.has(instance.uuid));
  all.sort((a, b) => byName(a.name, b.name));
  if (all.length <= mostLines) return all;
  if (Date.now() - chosen.at > 10_000 || all.filter((instance) => chosen.names.has(instance.uuid)).length < mostLines) {
    const load = (instance) => latest.get(instance.uuid).utilization ?? -1;
    const busiest = [...all].sort((a, b) => load(b) - load(a)).slice(0, mostLines);
    chosen = { at: Date.now(), names: new Set(busiest.map((instance) => instance.uuid)) };
  }
  return all.filter((instance) => chosen.names.has(instance.uuid));
}

function colour(series, instance) {
  // By the order in which they were first seen: an instance keeps its colour.
  return `--line-${([...series.instances.keys()].indexOf(instance.uuid) % palette) + 1}`;
}

function cpuLines(context) {
  const lines = [];
  for (const instance of shown(context)) {
    const base = { instance: instance.name, how: "mean", colour: colour(context.series, instance) };
    if (context.views.host) lines.push({ ...base, name: `${instance.name} host`, values: instance.columns.host, width: 1.8 });
    if (context.views.guest) lines.push({ ...base, name: `${instance.name} guest`, values: instance.columns.guest, dash: [5, 3], width: 1.5 });
    if (context.views.steal) lines.push({ ...base, name: `${instance.name} steal`, values: instance.columns.steal, dash: [1.5, 3], width: 1.5 });
  }
  lines.push({ name: "threshold", values: context.series.group.threshold, how: "last", colour: "--limit", dash: [8, 4], width: 1.3, step: true });
  return lines;
}

function demandLines({ series }) {
  const group = series.group;
  const line = (name, values, colour, more) => ({ name, values, how: "last", colour, step: true, width: 1.5, ...more });
  return [
    line("demand", group.demand, "--line-1", { how: "mean", step: false, width: 1.8, fill: true }),
    line("capacity", group.capacity, "--line-3", { scale: 100, width: 1.8 }),
    line("desired", group.desired, "--line-2", { scale: 100, dash: [5, 3] }),
    line("min", group.minimum, "--limit", { scale: 100, dash: [2, 3], width: 1 }),
    line("max", group.maximum, "--limit", { scale: 100, dash: [8, 4], width: 1, most: 1000 }),
  ];
}

function perInstance(context, name, how) {
  return shown(context).map((instance) => ({
    name: instance.name, instance: instance.name, values: instance.columns[name], how, colour: colour(context.series, instance), width: 1.8,
  }));
}

export class Charts {
  constructor(model, settings) {
    this.model = model;
    this.settings = settings;
    this.parts = charts.map((chart) => this.make(chart));
    this.isAvailable = typeof globalThis.Dygraph === "function";
    $("no-charts").hidden = this.isAvailable;
    if (!this.isAvailable) {
      text($("no-charts"), "Charts are not drawn: dygraphs is missing on the controller’s host. Install it with “apt install libjs-dygraphs” and load this page again. All else works, and the latest values stand below.");
      document.body.classList.add("without-charts");
    } else {
      // Legends are ours: the library's own wants inline styles, which this page does not allow.
      Dygraph.PLUGINS = Dygraph.PLUGINS.filter((part) => part === Dygraph.Plugins.Axes || part === Dygraph.Plugins.Grid);
    }
  }

  make(chart) {
    const title = el("h3", { id: `chart-${chart.id}-title` }, chart.title);
    const canvas = el("div", { class: "canvas", id: `chart-${chart.id}`, role: "img", "aria-label": chart.title });
    const legend = el("ul", { class: "legend values", "aria-label": `${chart.title}: values` });
    $("charts").append(el("figure", { "aria-labelledby": title.id }, el("figcaption", {}, title), canvas, legend));
    return { chart, title, canvas, legend, graph: null, lines: [], rows: [] };
  }

  draw() {
    const { model } = this;
    const latest = new Map((model.tick?.instances ?? []).map((instance) => [instance.uuid, instance]));
    const context = { series: model.series, latest, views: this.settings.views };
    const to = model.series.last ?? model.now;
    const from = to - this.settings.window;
    const style = getComputedStyle(document.body);
    for (const part of this.parts) {
      const isPart = latest.size > mostLines && part.chart.id !== "demand";
      text(part.title, isPart ? `${part.chart.title}, the ${mostLines} busiest of ${latest.size}` : part.chart.title);
      part.lines = part.chart.lines(context).filter((line) => !line.most || plausible(line, to));
      part.rows = model.series.rows(from, to, buckets, part.lines);
      for (const row of part.rows) {
        part.lines.forEach((line, i) => {
          if (row[i + 1] === null) return;
          row[i + 1] *= line.scale ?? 1;
          if (line.most && row[i + 1] > line.most * 100) row[i + 1] = null;
        });
      }
      if (this.isAvailable) this.plot(part, from, to, style);
      if (this.cursor === undefined || this.cursor === null) this.say(part, part.rows.length - 1);
    }
  }

  plot(part, from, to, style) {
    const { chart, lines, rows } = part;
    const ink = (name) => style.getPropertyValue(name).trim();
    const series = {};
    for (const line of lines) {
      series[line.name] = {
        color: ink(line.colour), strokePattern: line.dash ?? null, strokeWidth: line.width, stepPlot: line.step ?? false, fillGraph: line.fill ?? false,
      };
    }
    let highest = chart.top;
    for (const row of rows) for (let i = 1; i < row.length; i += 1) if (row[i] > highest && row[0] >= from) highest = row[i];
    const isLong = to - from > 20 * 60_000;
    const options = {
      file: rows.length ? rows : [[new Date(to), ...lines.map(() => null)]],
      labels: ["time", ...lines.map((line) => line.name)],
      series,
      dateWindow: [from, to],
      valueRange: [0, highest * 1.06],
      gridLineColor: ink("--grid"),
      axisLineColor: ink("--grid"),
      axes: {
        x: { axisLabelFormatter: (date) => (date - from < (to - from) * 0.07 ? "" : axisTime(date, !isLong)), pixelsPerLabel: 90, drawGrid: false, axisLabelWidth: 70 },
        y: { axisLabelFormatter: (value) => axisValue(value, chart.unit), axisLabelWidth: 52, pixelsPerLabel: 32 },
      },
    };
    if (lines.length === 0) return;
    if (part.graph) part.graph.updateOptions(options);
    else {
      part.graph = new Dygraph(part.canvas, options.file, {
        ...options, axisLabelFontSize: 12, legend: "never", interactionModel: {}, highlightCircleSize: 3, fillAlpha: 0.12, drawPoints: false,
        highlightCallback: (_event, at) => this.point(at),
        unhighlightCallback: () => this.point(null),
        underlayCallback: (context, area, graph) => this.mark(context, area, graph),
      });
    }
  }

  /** Lines for orders, so that cause and effect are seen together. */
  mark(context, area, graph) {
    context.save();
    context.fillStyle = getComputedStyle(document.body).getPropertyValue("--mark").trim();
    for (const event of this.model.events) {
      if (event.kind !== "scale-out.decided" && event.kind !== "scale-in.decided") continue;
      const x = graph.toDomXCoord(Date.parse(event.at));
      if (x >= area.x && x <= area.x + area.w) context.fillRect(Math.round(x), area.y, 1, area.h);
    }
    context.restore();
  }

  /** The values at a time, in all charts; `null` for the latest. */
  point(at) {
    this.cursor = at;
    text($("cursor"), at === null ? "" : `at ${time(at)}`);
    for (const part of this.parts) {
      let row = part.rows.length - 1;
      if (at !== null) while (row > 0 && part.rows[row][0] > at) row -= 1;
      this.say(part, row);
    }
  }

  /** The values of a row, in the legend and in the text alternative. */
  say(part, index) {
    const row = part.rows[index];
    const items = part.lines.map((line, i) => ({ line, value: row?.[i + 1] ?? null }));
    reconcile(
      part.legend, items, ({ line }) => line.name,
      ({ line }) => el("li", { class: "entry" }, swatch(line), el("span", { class: "name" }, line.name), el("b", {})),
      (item, { value }) => text(item.lastElementChild, part.chart.unit(value)),
    );
    const words = items.map(({ line, value }) => `${line.name} ${value === null ? "not measured" : part.chart.unit(value)}`);
    const label = `${part.chart.title}. ${words.length ? words.join(", ") : "nothing measured yet"}`;
    if (part.canvas.getAttribute("aria-label") !== label) part.canvas.setAttribute("aria-label", label);
  }
}

const plausible = (line) => line.values.some((value) => value <= line.most);

function swatch(line) {
  const kind = !line.dash ? "solid" : line.dash[0] < 3 ? "dotted" : "dashed";
  return el("span", { class: `swatch ${kind} ${line.colour.slice(2)}`, "aria-hidden": "true" });
}

const axisValue = (value, unit) => (unit === rate ? plain(value) : unit === seconds && value === 0 ? "0" : unit(value) ?? missing);
