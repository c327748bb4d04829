// The table of hosts, where there are several.

import { get } from "./api.js";
import { $, el, reconcile, text } from "./dom.js";
import { count, plain } from "./format.js";

const heads = ["Host", "State", "vCPUs", "Memory free", "Steal", "Instances", "Notes"];
const pace = 2000;
const gibibytes = (bytes) => (bytes === undefined ? "–" : `${(bytes / 2 ** 30).toFixed(1)} GiB`);

export class Hosts {
  constructor() {
    this.body = el("tbody", { role: "rowgroup" });
    const head = el("tr", { role: "row" }, ...heads.map((name) => el("th", { scope: "col", role: "columnheader" }, name)));
    $("hosts").append(el("table", { role: "table", "aria-labelledby": "hosts-title" }, el("thead", { role: "rowgroup" }, head), this.body));
  }

  /** Asks again and again; what cannot be had stays as it was. */
  start() {
    const ask = async () => {
      if (!document.hidden) await get("/v1/hosts").then((all) => this.draw(all), () => {});
      setTimeout(ask, pace);
    };
    ask();
  }

  draw(all) {
    $("hosts-section").hidden = all.length < 2;
    const silent = all.filter((host) => host.state !== "answers").length;
    text($("hosts-note"), `${count(all.length, "host")}${silent ? `; ${silent} silent` : ""}`);
    reconcile(this.body, all, (host) => host.name, () => this.make(), (line, host) => this.update(line, host));
  }

  make() {
    return el("tr", { role: "row" }, ...heads.map((name, i) => i === 0
      ? el("th", { scope: "row", role: "rowheader" })
      : el("td", { role: "cell", "data-label": name })));
  }

  update(line, host) {
    const groups = new Map();
    for (const { group } of host.instances) groups.set(group, (groups.get(group) ?? 0) + 1);
    const notes = [host.failure, host.waiting, host.hungDomains.length ? `QEMU hangs: ${host.hungDomains.join(", ")}` : null];
    [
      host.name,
      host.state + (host.isEvacuating ? ", evacuating" : host.isCordoned ? ", cordoned" : ""),
      host.cpus === undefined ? "–" : `${plain(host.vCPUsInUse)} on ${plain(host.cpus)}`,
      `${gibibytes(host.memoryAvailable)} of ${gibibytes(host.memoryTotal)}`,
      host.steal === undefined ? "–" : `${Math.round(host.steal)} %`,
      [...groups].map(([group, number]) => `${group} ${number}`).join(", ") || "none",
      notes.filter(Boolean).join("; ") || "–",
    ].forEach((value, i) => text(line.children[i], value));
  }
}
