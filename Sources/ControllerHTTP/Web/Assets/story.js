// One instance's story: why it was started, and how long each step took.

import { get } from "./api.js";
import { $, el, text } from "./dom.js";
import { age, sentence, time } from "./format.js";

export async function showStory(model, uuid) {
  const row = model.group?.instances.find((instance) => instance.uuid === uuid);
  if (!row) return;
  text($("story-title"), row.name);
  const body = $("story-body");
  const present = el("p", {}, `${sentence(row.state)} for ${age(model.now - Date.parse(row.since))}: ${row.reason}`);
  body.replaceChildren(present, el("p", { class: "quiet" }, "Looking up its events…"));
  $("story").showModal();
  let events;
  try {
    events = await get("/v1/events", { group: model.selected, instance: row.name, limit: 200 });
  } catch (error) {
    body.replaceChildren(present, el("p", { class: "error", role: "alert" }, `Its events could not be read: ${error.message}`));
    return;
  }
  body.replaceChildren(present, ...why(model, row, events), ...steps(events));
}

/** The order that brought it up, in words. */
function why(model, row, events) {
  const start = events.find((event) => ["instance.starting", "instance.resumed", "instance.creating"].includes(event.kind));
  if (!start) return [el("p", {}, row.isOwned ? "No order for it is on record any more." : "It was not started by this controller: somebody else did, and it was adopted.")];
  const order = model.events.find((event) => event.kind === "scale-out.decided" && Math.abs(Date.parse(event.at) - Date.parse(start.at)) < 5000);
  return [
    el("h3", {}, "Why it was started"),
    el("p", { class: "because" }, `${time(Date.parse(start.at))}: ${start.detail}`),
    order && order.detail !== start.detail ? el("p", {}, `The decision: ${order.detail}`) : "",
    start.by ? el("p", {}, `Ordered by ${start.by}.`) : "",
  ];
}

function steps(events) {
  const items = [...events].sort((a, b) => a.id - b.id).slice(-30).map((event, i, all) => {
    const passed = i ? Date.parse(event.at) - Date.parse(all[i - 1].at) : null;
    const words = passed === null ? "" : passed < 60_000 ? `+${(passed / 1000).toFixed(1)} s` : `+${age(passed)}`;
    return el(
      "li", { class: "entry-row" },
      el("time", { datetime: event.at }, time(Date.parse(event.at))), el("span", { class: "passed" }, words),
      el("span", { class: "chip" }, event.kind), event.by ? el("span", { class: "by" }, `by ${event.by}`) : "", el("p", {}, event.detail),
    );
  });
  return items.length ? [el("h3", {}, "What happened to it"), el("ol", { class: "list", role: "list" }, ...items)] : [];
}
