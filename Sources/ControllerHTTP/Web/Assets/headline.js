// The group in words: what it does, why, and what comes next.

import { $, el, reconcile, text } from "./dom.js";
import { age, count, percent, plain, rate, seconds, sentence, time } from "./format.js";
import { bounds, inForce, tally, unbounded } from "./states.js";

/** One or two words for a group, and how urgent it is: `good`, `busy`, `warn` or `bad`. */
export function verdict(group, tick) {
  if (group?.isHypervisorLost) return ["bad", "Hypervisor lost"];
  if (group?.isStoreFailing) return ["bad", "Store fails"];
  if (group?.steering?.pausedBy) return ["warn", "Paused"];
  if (group?.mode === "off" || tick?.mode === "off") return ["warn", "Mode off"];
  if (group?.breaker) return ["warn", "Starts stopped"];
  if (!tick) return ["quiet", "No tick yet"];
  const counts = tally(tick.instances);
  if (tick.order?.startsWith("scale out") || counts.coming) return ["busy", "Scaling out"];
  if (counts.trouble) return ["warn", count(counts.trouble, "in trouble", "in trouble")];
  if (tick.order?.startsWith("scale in") || counts.leaving) return ["busy", "Scaling in"];
  if (tick.overloaded) return ["warn", "Overloaded"];
  if (!counts.serving) return ["bad", "Nothing serves"];
  return ["good", "Steady"];
}

export function drawHeadline(model) {
  const { group, tick } = model;
  text($("group-name"), group ? `Group ${group.group}` : "No group");
  const [tone, words] = verdict(group, tick);
  text($("verdict"), group ? words : "");
  $("verdict").dataset.tone = tone;
  const counts = tally(tick?.instances ?? group?.instances ?? []);
  const parts = [`${counts.serving} in service`];
  if (counts.coming) parts.push(`${counts.coming} coming`);
  if (counts.leaving) parts.push(`${counts.leaving} leaving`);
  if (counts.waiting) parts.push(`${counts.waiting} in standby`);
  if (counts.trouble) parts.push(`${counts.trouble} in trouble`);
  const { minimum, maximum, setting } = inForce(group, tick) ?? {};
  text($("size"), group ? `${parts.join(", ")}; bounds ${bounds(minimum, maximum)}${setting ? " by a schedule" : ""}` : "");
  drawAlerts(model);
  drawWhy(model);
  drawTiles(model, counts);
}

function drawAlerts({ group, now, tick }) {
  const alerts = [];
  if (group?.isHypervisorLost) alerts.push(["bad", "The hypervisor does not answer: nothing is started until it does."]);
  if (group?.isStoreFailing) alerts.push(["bad", "The store cannot be written: nothing is started until it can. Is the disk full?"]);
  if (group?.breaker) alerts.push(["warn", `No domain is started now: ${group.breaker}`]);
  const limits = inForce(group, tick);
  if (limits?.setting) {
    const end = limits.until ? ` until ${time(Date.parse(limits.until))}` : "";
    alerts.push(["note", `A schedule sets the bounds ${bounds(limits.minimum, limits.maximum)}${end}: ${limits.setting} (${limits.schedule}). The configuration’s own are ${bounds(group?.minimum ?? tick.minimum, group?.maximum ?? tick.maximum)}.`]);
  }
  const steering = group?.steering;
  if (steering?.pausedBy) alerts.push(["warn", `Paused by ${steering.pausedBy}${since(steering.pausedAt, now)}: nothing is ordered until it is resumed.`]);
  if (steering?.size !== undefined && steering?.size !== null) {
    alerts.push(["note", `The size is held at ${steering.size} by ${steering.by ?? "an operator"}${steering.until ? ` until ${time(Date.parse(steering.until))}` : ""}.`]);
    for (const limit of group.sizeLimits ?? []) alerts.push(["warn", `The size of ${steering.size} is not reached: ${limit}.`]);
  }
  if (group?.rollout && ["running", "rolling back"].includes(group.rollout.phase)) {
    alerts.push(["note", `Rollout ${group.rollout.phase}, by ${group.rollout.by}: ${group.rollout.reason}`]);
  }
  if (tick && !group?.isHypervisorLost && Date.now() - tick.heardAt > 30_000) {
    alerts.push(["warn", `The figures are ${age(now - Date.parse(tick.at))} old.`]);
  }
  reconcile($("alerts"), alerts, ([, words]) => words, ([tone, words]) => el("p", { class: "alert", "data-tone": tone }, words));
}

const since = (at, now) => (at ? ` ${age(now - Date.parse(at))} ago` : "");

function drawWhy({ group, tick, now }) {
  const decision = tick?.reason ? tick : group?.decision;
  const rows = [];
  if (!decision) rows.push(["Now", "Nothing was decided yet."]);
  else {
    const order = typeof decision.order === "string" ? decision.order : "hold";
    const size = `size ${decision.capacity ?? "–"}`;
    rows.push(["Decided", `${sentence(order)}; ${size}${decision.desired !== decision.capacity ? `, desired ${decision.desired}` : ""}`]);
    rows.push(["Why", sentence(decision.reason)]);
    rows.push(["What would change it", sentence(decision.whatWouldChange)]);
  }
  if (group?.lastOrder) rows.push(["Last order", `${sentence(orderWords(group.lastOrder.order))}${group.lastOrderAt ? "," : ""}${since(group.lastOrderAt, now)}: ${group.lastOrder.reason}`]);
  reconcile(
    $("why"), rows, ([name]) => name, ([name]) => el("div", {}, el("dt", {}, name), el("dd", {})),
    (row, [, words]) => text(row.lastChild, words),
  );
}

/** `scale out by 1` of what the controller writes: a word, or an object with one key. */
export function orderWords(order) {
  if (typeof order === "string") return order;
  if (order?.scaleOut) return `scale out by ${order.scaleOut.by}`;
  if (order?.scaleIn) return `scale in by ${order.scaleIn.by}`;
  return "hold";
}

function drawTiles({ tick, group }, counts) {
  const serving = (tick?.instances ?? []).filter((instance) => instance.state === "in service");
  const sum = (name) => total(serving.map((instance) => instance[name]));
  const busiest = serving.filter((i) => i.utilization !== undefined).sort((a, b) => b.utilization - a.utilization)[0];
  const slowest = serving.filter((i) => i.p99 !== undefined).sort((a, b) => b.p99 - a.p99)[0];
  const capacity = tick?.capacity ?? counts.serving + counts.coming;
  const limits = inForce(group, tick);
  const tiles = [
    ["Demand", percent(tick?.demand), `of ${capacity * 100} % capacity`],
    ["Busiest", percent(busiest?.utilization), busiest ? `${busiest.name}${tick?.threshold ? `, acts at ${percent(tick.threshold)}` : ""}` : "nothing measured"],
    ["Desired", plain(tick?.desired ?? null), `min ${limits?.minimum ?? "–"}, max ${(limits?.maximum ?? 0) >= unbounded ? "none" : (limits?.maximum ?? "–")}`],
    ["Requests", rate(sum("requestsPerSecond")), `${plain(sum("inFlight"))} in flight, ${plain(sum("queued"))} queued`],
    ["p99", seconds(slowest?.p99), slowest ? `slowest: ${slowest.name}` : "nothing measured"],
    ["Endpoints", plain(tick?.endpoints ?? null), `revision ${tick?.revision ?? "–"}; ${tick?.acknowledged ?? 0} of ${count(tick?.watchers ?? 0, "watcher")} have it`],
  ];
  reconcile(
    $("tiles"), tiles, ([name]) => name,
    ([name]) => el("div", {}, el("dt", {}, name), el("dd", { class: "figure" }), el("dd", { class: "quiet" })),
    (tile, [, figure, note]) => (text(tile.children[1], figure), text(tile.children[2], note)),
  );
}

function total(values) {
  const known = values.filter((value) => value !== undefined && value !== null);
  return known.length ? known.reduce((sum, value) => sum + value, 0) : null;
}
