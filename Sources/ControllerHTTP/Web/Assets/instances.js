// The table of instances.

import { $, el, reconcile, text } from "./dom.js";
import { age, count, percent, plain, rate, seconds } from "./format.js";
import { byName, family } from "./states.js";

const heads = ["Instance", "State", "Since", "Host", "Guest", "Steal", "Requests", "p99", "In flight", "Endpoint", "Marks", "Actions"];
const numbers = new Set(["Since", "Host", "Guest", "Steal", "Requests", "p99", "In flight"]);

export class Instances {
  constructor(model, steering, tell) {
    this.model = model;
    this.steering = steering;
    this.tell = tell;
    this.body = el("tbody", { role: "rowgroup" });
    this.head = el("tr", { role: "row" }, ...heads.map((name) => el("th", { scope: "col", role: "columnheader", class: numbers.has(name) ? "number" : null }, name)));
    // The roles are said, since narrow screens show rows as cards, and then the elements alone mean no table any more.
    $("instances").append(el("table", { role: "table", "aria-labelledby": "instances-title" }, el("thead", { role: "rowgroup" }, this.head), this.body));
  }

  draw() {
    const all = this.model.instances.sort((a, b) => byName(a.name, b.name));
    const off = all.filter((instance) => instance.state === "off");
    const rows = $("show-off").checked ? all : all.filter((instance) => instance.state !== "off");
    text($("instances-note"), `${rows.length === all.length ? count(all.length, "instance") : `${rows.length} of ${count(all.length, "instance")}`}${off.length ? `; ${off.length} off, the reserve` : ""}`);
    const canSteer = this.steering.isAllowed;
    this.head.lastChild.hidden = !canSteer;
    reconcile(this.body, rows, (row) => row.uuid, (row) => this.make(row), (line, row) => this.update(line, row, canSteer));
  }

  make(row) {
    const cells = heads.map((name, i) => i === 0
      ? el("th", { scope: "row", role: "rowheader" }, el("button", { type: "button", class: "link", onclick: () => this.tell(row.uuid) }))
      : el("td", { role: "cell", "data-label": name, class: numbers.has(name) ? "number" : null }));
    cells[1].append(el("span", { class: "state" }));
    return el("tr", { role: "row" }, ...cells);
  }

  update(line, row, canSteer) {
    const cells = line.children;
    text(cells[0].firstChild, row.name);
    cells[0].firstChild.setAttribute("aria-label", `${row.name}: its story`);
    const state = cells[1].firstChild;
    text(state, row.state === "standby" && row.standby ? `standby, ${row.standby}` : row.state);
    state.className = `state ${family(row.state)}`;
    const since = row.row?.since;
    text(cells[2], since ? age(this.model.now - Date.parse(since)) : "–");
    const threshold = this.model.tick?.threshold;
    [row.host, row.guest, row.steal].forEach((value, i) => {
      text(cells[3 + i], percent(value));
      cells[3 + i].classList.toggle("hot", i < 2 && threshold !== undefined && value > threshold);
    });
    text(cells[6], rate(row.requestsPerSecond));
    text(cells[7], seconds(row.p99));
    text(cells[8], row.queued ? `${plain(row.inFlight)} + ${plain(row.queued)} queued` : plain(row.inFlight));
    text(cells[9], ["in service", "draining"].includes(row.state) || row.row?.endpoint ? (row.row?.endpoint?.url ?? "–") : "–");
    const marks = [];
    if (row.row?.isProtected) marks.push("protected");
    if (row.row && !row.row.isOwned && row.state !== "off") marks.push("not ours");
    if (row.row?.isClone) marks.push("clone");
    text(cells[10], marks.join(", ") || "–");
    cells[11].hidden = !canSteer;
    if (canSteer) this.actions(cells[11], row);
    else cells[11].replaceChildren();
  }

  actions(cell, row) {
    const acts = this.steering.actsOn(row);
    reconcile(
      cell, acts, (act) => act.name,
      (act) => el("button", { type: "button", "aria-label": `${act.name} ${row.name}`, onclick: () => this.steering.ask(act) }, act.name),
    );
  }
}
