// Acts of an operator: shown only with a token, each confirmed, its result said.

import { send, token, tryToken } from "./api.js";
import { $, el, reconcile, text } from "./dom.js";
import { inForce } from "./states.js";

const part = encodeURIComponent;

export class Steering {
  constructor(model, changed) {
    this.model = model;
    this.changed = changed;
    this.act = null;
    $("operator").addEventListener("click", () => this.open());
    $("token-cancel").addEventListener("click", () => $("token-dialog").close());
    $("token-forget").addEventListener("click", () => this.use("", "The token is forgotten."));
    $("token-form").addEventListener("submit", (event) => (event.preventDefault(), this.check()));
    $("confirm-cancel").addEventListener("click", () => $("confirm").close());
    $("confirm-form").addEventListener("submit", (event) => (event.preventDefault(), this.carryOut()));
  }

  get isAllowed() {
    return token.get() !== "";
  }

  open(words = "") {
    text($("token-error"), words);
    $("token").value = "";
    $("token-forget").hidden = !this.isAllowed;
    if (!$("token-dialog").open) $("token-dialog").showModal();
    $("token").focus();
  }

  async check() {
    const value = $("token").value.trim();
    if (!/^[\x21-\x7e]+$/.test(value)) return text($("token-error"), "A token has letters, digits and signs, without spaces.");
    try {
      await tryToken(value);
      this.use(value, "The token is taken: this tab can steer.");
    } catch (error) {
      text($("token-error"), error.status === 401 || error.status === 403 ? `It is not taken: ${error.message}` : error.message);
    }
  }

  use(value, words) {
    token.set(value);
    $("token-dialog").close();
    toast(words);
    this.changed();
  }

  draw() {
    text($("operator"), this.isAllowed ? "Operator: on" : "Operator…");
    const group = this.model.group;
    const acts = this.isAllowed && group ? this.groupActs(group) : [];
    $("group-steering").hidden = !acts.length;
    reconcile($("group-steering"), acts, (act) => act.name, (act) => el("button", { type: "button", onclick: () => this.ask(act) }, act.name));
  }

  groupActs(group) {
    const base = `/v1/groups/${part(group.group)}`;
    const name = `group ${group.group}`;
    const isPaused = Boolean(group.steering?.pausedBy);
    const isHeld = group.steering?.size !== undefined && group.steering?.size !== null;
    const acts = [
      isPaused
        ? { name: "Resume", title: `Resume ${name}?`, words: "The controller gives orders again as its rules say.", method: "POST", path: `${base}/resume` }
        : { name: "Pause", title: `Pause ${name}?`, words: "Nothing is started or stopped by the rules until it is resumed. What runs goes on serving.", method: "POST", path: `${base}/pause` },
      { name: "Set size", title: `Set the size of ${name}`, words: "The size is held against the rules, within the bounds in force, for the time given or until it is let go.", method: "PUT", path: `${base}/size`, fields: sizeFields(group) },
    ];
    if (isHeld) acts.push({ name: "Let the size go", title: `Let the size of ${name} go?`, words: "The rules decide again.", method: "DELETE", path: `${base}/size` });
    acts.push({ name: "Retry", title: `Retry in ${name}?`, words: "Starts are tried again at once, and quarantines end.", method: "POST", path: `${base}/retry` });
    return acts;
  }

  actsOn(row) {
    const base = `/v1/instances/${part(row.uuid)}`;
    const acts = [];
    if (row.state === "in service" && row.row?.isOwned) {
      acts.push({ name: "Drain", title: `Drain ${row.name}?`, words: "Clients are told to leave it; it finishes what it has and goes. The rules may start another one.", method: "POST", path: `${base}/drain` });
    }
    if (row.state === "quarantined") {
      acts.push({ name: "Retry", title: `Retry ${row.name}?`, words: "Its quarantine ends and it may be started again.", method: "POST", path: `/v1/groups/${part(this.model.selected)}/retry`, query: { instance: row.name } });
    }
    if (row.row?.isProtected) acts.push({ name: "Unprotect", title: `Unprotect ${row.name}?`, words: "Scale in may take it again.", method: "DELETE", path: `${base}/protection` });
    else if (row.row && row.state !== "off") acts.push({ name: "Protect", title: `Protect ${row.name}?`, words: "Scale in leaves it alone.", method: "PUT", path: `${base}/protection` });
    return acts;
  }

  ask(act) {
    this.act = act;
    text($("confirm-title"), act.title);
    text($("confirm-text"), act.words);
    text($("confirm-do"), act.name);
    text($("confirm-error"), "");
    $("confirm-fields").replaceChildren(...(act.fields?.() ?? []));
    $("confirm").showModal();
    ($("confirm-fields").querySelector("input") ?? $("confirm-cancel")).focus();
  }

  async carryOut() {
    const act = this.act;
    const query = { ...act.query };
    for (const field of $("confirm-fields").querySelectorAll("input, select")) if (field.value !== "") query[field.name] = field.value;
    $("confirm-do").disabled = true;
    try {
      await send(act.method, act.path, query);
      $("confirm").close();
      toast(`${act.title.replace(/\?$/, "")}: the controller took it. What comes of it shows in the events.`);
      this.changed();
    } catch (error) {
      text($("confirm-error"), `Not done: ${error.message}`);
    } finally {
      $("confirm-do").disabled = false;
    }
  }
}

const sizeFields = (group) => () => [
  el("label", { class: "stacked", for: "size-count" }, "Instances"),
  el("input", { id: "size-count", name: "size", type: "number", min: inForce(group).minimum, max: Math.min(inForce(group).maximum, 10_000), required: true, value: group.decision?.capacity ?? group.endpoints.length }),
  el("label", { class: "stacked", for: "size-for" }, "For"),
  el("select", { id: "size-for", name: "for" }, ...[["", "until it is let go"], ["900", "15 minutes"], ["3600", "1 hour"], ["14400", "4 hours"], ["86400", "1 day"]].map(([value, words]) => el("option", { value }, words))),
];

let hiding;
/** A short word about what was done. */
export function toast(words) {
  text($("toast"), words);
  $("toast").hidden = false;
  clearTimeout(hiding);
  hiding = setTimeout(() => ($("toast").hidden = true), 7000);
}
