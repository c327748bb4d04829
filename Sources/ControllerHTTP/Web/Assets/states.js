// The states of an instance: their order, and the few families that share a colour.

const families = {
  serving: ["in service"],
  coming: ["creating", "starting", "booting", "probing", "resuming"],
  leaving: ["draining", "stopping", "parking", "removing"],
  waiting: ["standby"],
  trouble: ["unhealthy", "failed", "quarantined"],
  off: ["off"],
};

/** What the families are called in a legend, and whose turn it is. */
export const legend = [
  ["serving", "In service"],
  ["coming", "Coming: starting, booting, probing"],
  ["leaving", "Leaving: draining, stopping"],
  ["waiting", "Standby"],
  ["trouble", "Unhealthy, failed, quarantined"],
];

const familyOf = new Map(Object.entries(families).flatMap(([name, states]) => states.map((state) => [state, name])));

/** The family of a state; a state that this page does not know is trouble nobody can see, so it is shown plain. */
export const family = (state) => familyOf.get(state) ?? "off";

/** How many are in each family. */
export function tally(instances) {
  const counts = { serving: 0, coming: 0, leaving: 0, waiting: 0, trouble: 0, off: 0 };
  for (const instance of instances) counts[family(instance.state)] += 1;
  return counts;
}

/** The size without a bound, as the controller writes it. */
export const unbounded = 1_000_000;

/** `1 to 6`, `at least 1` */
export const bounds = (minimum, maximum) => (maximum >= unbounded ? `at least ${minimum}` : `${minimum} to ${maximum}`);

/** The bounds in force of a group: as the tick has them, else as the group's state has them, else as configured. */
export const inForce = (group, tick) => tick?.boundsInForce ?? group?.boundsInForce ?? tick ?? group;

/** Names in the order of people: vm2 before vm10. */
export const byName = new Intl.Collator("en", { numeric: true }).compare;
