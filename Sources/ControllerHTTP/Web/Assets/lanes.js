// Swim lanes: one row for each instance, its states as coloured stretches with their names.

import { $, el, reconcile, svg, text } from "./dom.js";
import { age, axisTime } from "./format.js";
import { byName, family, legend } from "./states.js";

const height = 18;
const letter = 6.6;

export class Lanes {
  constructor(model, settings) {
    this.model = model;
    this.settings = settings;
    this.axis = el("div", { class: "lane axis", "aria-hidden": "true" }, el("span", { class: "lane-name" }), svg("svg", { height }));
    this.rows = el("div", { role: "list" });
    $("lanes").append(this.rows, this.axis);
    for (const [name, words] of legend) {
      $("lanes-legend").append(el("li", { class: "entry" }, el("span", { class: `box ${name}`, "aria-hidden": "true" }), words));
    }
  }

  draw() {
    const { series } = this.model;
    const to = series.last ?? this.model.now;
    const from = to - this.settings.window;
    const items = [...series.instances.values()]
      .filter((instance) => instance.stretches.some((stretch) => stretch.to > from))
      .sort((a, b) => byName(a.name, b.name));
    reconcile(
      this.rows, items, (item) => item.uuid,
      () => el("div", { class: "lane", role: "listitem" }, el("span", { class: "lane-name" }), svg("svg", { height, role: "img" })),
      (row, item) => this.lane(row, item, from, to),
    );
    this.drawAxis(from, to);
  }

  lane(row, item, from, to) {
    text(row.firstChild, item.name);
    const canvas = row.lastChild;
    const width = canvas.clientWidth;
    if (!width) return;
    const x = (at) => ((Math.max(from, at) - from) / (to - from)) * width;
    const stretches = item.stretches.filter((stretch) => stretch.to > from);
    reconcile(
      canvas, stretches, (stretch) => `${stretch.from}`,
      () => svg("g", {}, svg("rect", { height: height - 4, y: 2, rx: 2 }), svg("text", { y: height - 5 }), svg("title")),
      (part, stretch) => {
        const [box, label, title] = part.children;
        const left = x(stretch.from);
        const size = Math.max(1.5, x(stretch.to) - left);
        const kind = family(stretch.state);
        if (part.getAttribute("class") !== kind) part.setAttribute("class", kind);
        box.setAttribute("x", left.toFixed(1));
        box.setAttribute("width", Math.max(1, size - 0.75).toFixed(1));
        label.setAttribute("x", (left + 5).toFixed(1));
        text(label, size > stretch.state.length * letter + 10 ? stretch.state : "");
        text(title, `${item.name}: ${stretch.state} for ${age(stretch.to - stretch.from)}`);
      },
    );
    const words = stretches.slice(-6).map((stretch) => `${stretch.state} ${age(stretch.to - Math.max(from, stretch.from))}`);
    canvas.setAttribute("aria-label", `${item.name}: ${words.join(", then ")}`);
  }

  drawAxis(from, to) {
    const canvas = this.axis.lastChild;
    const width = canvas.clientWidth;
    if (!width) return;
    const count = Math.max(2, Math.min(8, Math.floor(width / 110)));
    const ticks = Array.from({ length: count + 1 }, (_, i) => i);
    reconcile(
      canvas, ticks, (i) => i, () => svg("text", { y: 13 }),
      (label, i) => {
        const anchor = i === 0 ? "start" : i === count ? "end" : "middle";
        label.setAttribute("text-anchor", anchor);
        label.setAttribute("x", ((i / count) * width).toFixed(1));
        text(label, axisTime(from + ((to - from) * i) / count, this.settings.window < 1_200_000));
      },
    );
  }
}
