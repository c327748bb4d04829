// What this browser remembers: colours, the time shown, which views of the CPU.

import { $, el } from "./dom.js";

const windows = [[300_000, "5 min"], [900_000, "15 min"], [3_600_000, "1 h"]];
const views = [["host", "Host"], ["guest", "Guest"], ["steal", "Steal"]];

const read = (key, fallback) => {
  try {
    return JSON.parse(localStorage.getItem(`cms-${key}`)) ?? fallback;
  } catch {
    return fallback;
  }
};
const write = (key, value) => {
  try {
    localStorage.setItem(`cms-${key}`, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing shows the page all the same.
  }
};

export class Settings {
  constructor(changed) {
    this.window = windows.some(([value]) => value === read("window")) ? read("window") : 900_000;
    this.views = { host: true, guest: true, steal: false, ...read("views", {}) };
    for (const [value, words] of windows) this.choice("window", "radio", `${value}`, words, value === this.window, () => {
      this.window = value;
      write("window", value);
      changed();
    });
    for (const [name, words] of views) this.choice("views", "checkbox", name, words, this.views[name], (input) => {
      this.views[name] = input.checked;
      write("views", this.views);
      changed();
    });
    this.theme(read("theme", "auto"));
    $("theme").addEventListener("change", () => {
      write("theme", $("theme").value);
      this.theme($("theme").value);
      changed();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
  }

  choice(group, type, value, words, checked, act) {
    const input = el("input", { type, name: group, value, checked });
    input.addEventListener("change", () => act(input));
    $(group).append(el("label", {}, input, words));
  }

  theme(name) {
    const theme = ["auto", "light", "dark"].includes(name) ? name : "auto";
    $("theme").value = theme;
    document.documentElement.dataset.theme = theme;
  }
}
