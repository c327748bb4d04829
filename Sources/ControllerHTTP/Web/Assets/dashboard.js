// The page: hears the controller, keeps what it says, draws at most twice a second.

import { get, token } from "./api.js";
import { Charts } from "./charts.js";
import { $, el, reconcile, text } from "./dom.js";
import { Feed } from "./feed.js";
import { age, time, zone } from "./format.js";
import { drawHeadline, verdict } from "./headline.js";
import { Hosts } from "./hosts.js";
import { Instances } from "./instances.js";
import { Lanes } from "./lanes.js";
import { Model } from "./model.js";
import { Settings } from "./settings.js";
import { tally } from "./states.js";
import { Steering } from "./steering.js";
import { showStory } from "./story.js";
import { Stream } from "./stream.js";

const pace = 500;
const tabLimit = 6;
const told = new Map();
const telling = new Set(["instance.unhealthy", "instance.failed", "instance.quarantined", "hypervisor.lost", "hypervisor.connected", "host.lost", "host.returned", "instance.disputed", "breaker.opened", "scale-out.blocked", "reserve.empty"]);

const model = new Model(changed);
const settings = new Settings(schedule);
const steering = new Steering(model, () => {
  stream.start();
  schedule();
});
const story = (uuid) => showStory(model, uuid);
const charts = new Charts(model, settings);
const lanes = new Lanes(model, settings);
const instances = new Instances(model, steering, story);
const feed = new Feed(model, story);
new Hosts().start();
const connection = { state: "connecting", detail: null, at: Date.now(), heardAt: null };
let drawnAt = 0;
let planned = false;
let refreshing = null;

const stream = new Stream("/v1/events", {
  open: () => (model.hold(), load(true)),
  state(state, detail) {
    if (connection.state === "live" && state !== "live") announce("The connection to the controller is lost.");
    if (connection.state === "waiting" && state === "live") announce("The connection to the controller is back.");
    Object.assign(connection, { state, detail, at: Date.now() });
    if (state === "refused" && !$("token-dialog").open) steering.open(detail);
    schedule();
  },
  message({ kind, data }) {
    connection.heardAt = Date.now();
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    if (kind === "tick") model.addTick(value);
    else if (kind === "event") model.addEvent(value);
    else if (kind === "reset") (model.reset(), load(true));
  },
});

function changed(what, value) {
  if (what === "selection") {
    location.hash = model.selected ? `#${encodeURIComponent(model.selected)}` : "";
    model.hold();
    if (connection.state === "live") load(true);
  }
  if (what === "event") {
    if (telling.has(value.kind)) announce(`${value.instance ?? ""} ${value.detail}`);
    clearTimeout(refreshing);
    refreshing = setTimeout(() => load(false), 200);
  }
  if (what === "tick" && value.tick.group === model.selected) tellOrder(value.tick, value.before);
  schedule();
}

/** Important changes are read out, and nothing else. */
function tellOrder(tick, before) {
  if (tick.order && tick.order !== "hold" && tick.order !== before?.order) announce(`Group ${tick.group}: ${tick.order}, because ${tick.reason}`);
  const was = before ? tally(before.instances).serving : null;
  const is = tally(tick.instances).serving;
  if (was !== null && was !== is) announce(`Group ${tick.group}: ${is} in service.`);
}

function announce(words) {
  if (Date.now() - (told.get(words) ?? 0) < 10_000) return;
  told.clear();
  told.set(words, Date.now());
  text($("announcer"), words);
}

async function load(all) {
  try {
    await model.refresh();
    if (all) {
      await model.backfill();
      model.version = (await get("/healthz")).version ?? "";
    }
  } catch (error) {
    if (error.status === 401 || error.status === 403) steering.open(error.message);
    else if (all) setTimeout(() => !model.isFilled && connection.state === "live" && load(true), 2000);
  }
  schedule();
}

function schedule() {
  if (planned) return;
  planned = true;
  setTimeout(() => requestAnimationFrame(draw), Math.max(0, drawnAt + pace - performance.now()));
}

function draw() {
  planned = false;
  const begun = performance.now();
  drawConnection();
  drawGroups();
  drawHeadline(model);
  charts.draw();
  lanes.draw();
  instances.draw();
  feed.draw();
  steering.draw();
  text($("version"), model.version);
  text($("foot"), `Times in ${zone()}. The same in a terminal: cms-controller status --why`);
  const cost = performance.now() - begun;
  // A machine that draws slowly draws less often.
  drawnAt = performance.now() + (cost > 100 ? cost * 4 : 0);
  document.body.dataset.drawn = String(Number(document.body.dataset.drawn ?? 0) + 1);
}

function drawConnection() {
  const { state, detail, at, heardAt } = connection;
  const stale = heardAt ? `, stale since ${time(heardAt)}` : "";
  const isQuiet = state === "live" && heardAt && Date.now() - heardAt > 12_000;
  const words = {
    connecting: "Connecting…",
    live: isQuiet ? `Nothing heard for ${age(Date.now() - heardAt)}` : "Live",
    waiting: `Reconnecting${detail > 3000 ? ` in ${Math.ceil(Math.max(0, at + detail - Date.now()) / 1000)} s` : ""}${stale}`,
    refused: "Refused: a token is needed",
  };
  $("connection").dataset.state = isQuiet ? "waiting" : state;
  text($("connection"), words[state]);
  document.title = model.group ? `${verdict(model.group, model.tick)[1]} · ${model.selected} · CMS` : "CMS";
}

function drawGroups() {
  const names = model.groups.map((group) => group.group);
  const isMany = names.length > tabLimit || names.join("").length > 60;
  const nav = $("groups");
  nav.hidden = names.length < 2;
  if (nav.hidden) return;
  if (isMany) {
    if (nav.firstChild?.tagName !== "SELECT") nav.replaceChildren(el("select", { "aria-label": "Group", onchange: (event) => model.select(event.target.value) }));
    reconcile(nav.firstChild, model.groups, (group) => group.group, (group) => el("option", { value: group.group }), (option, group) => text(option, `${group.group} · ${badge(group)}`));
    nav.firstChild.value = model.selected;
    return;
  }
  reconcile(
    nav, model.groups, (group) => group.group,
    (group) => el("button", { type: "button", class: "tab", onclick: () => model.select(group.group) }, el("span", {}, group.group), el("span", { class: "tab-note" })),
    (tab, group) => {
      tab.toggleAttribute("aria-current", group.group === model.selected);
      if (group.group === model.selected) tab.setAttribute("aria-current", "page");
      tab.dataset.tone = verdict(group, model.ticks.get(group.group))[0];
      text(tab.lastChild, badge(group));
    },
  );
}

function badge(group) {
  const tick = model.ticks.get(group.group);
  return `${tally(tick?.instances ?? group.instances).serving} · ${verdict(group, tick)[1].toLowerCase()}`;
}

$("show-off").addEventListener("change", schedule);
addEventListener("resize", schedule);
addEventListener("hashchange", () => {
  const name = decodeURIComponent(location.hash.slice(1));
  if (model.groups.some((group) => group.group === name)) model.select(name);
});
document.addEventListener("visibilitychange", schedule);
setInterval(schedule, 1000);
setInterval(() => connection.state === "live" && load(false), 10_000);
model.selected = decodeURIComponent(location.hash.slice(1)) || null;
if (model.selected === "main") model.selected = null;
stream.start();
schedule();
