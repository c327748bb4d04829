// Numbers and times as people read them. What was not measured is a dash, never a zero.

export const missing = "–";
const known = (value) => value !== null && value !== undefined && Number.isFinite(value);

/** `87 %` */
export const percent = (value) => (known(value) ? `${Math.round(value)} %` : missing);

/** `12.3/s` */
export const rate = (value) => (known(value) ? `${plain(value)}/s` : missing);

/** Three digits that count. */
export function plain(value) {
  if (!known(value)) return missing;
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return Math.round(value).toLocaleString("en");
  return value.toFixed(size >= 10 ? 1 : 2);
}

/** `4.2 ms`, `320 ms`, `1.25 s` */
export function seconds(value) {
  if (!known(value)) return missing;
  if (value < 0.0005) return `${Math.round(value * 1e6)} µs`;
  if (value < 0.01) return `${(value * 1000).toFixed(1)} ms`;
  if (value < 0.9995) return `${Math.round(value * 1000)} ms`;
  return value < 10 ? `${value.toFixed(2)} s` : `${value.toFixed(1)} s`;
}

/** `8 s`, `3 min`, `2 h 5 min`, `4 d` */
export function age(milliseconds) {
  if (!known(milliseconds)) return missing;
  const all = Math.max(0, Math.round(milliseconds / 1000));
  if (all < 120) return `${all} s`;
  const minutes = Math.floor(all / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 ? `${hours} h ${minutes % 60} min` : `${hours} h`;
  return `${Math.floor(hours / 24)} d`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const short = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });

/** `14:03:27` in the browser's zone, with the day when it is another one. */
export function time(at, withSeconds = true) {
  if (!known(at)) return missing;
  const date = new Date(at);
  const words = (withSeconds ? clock : short).format(date);
  return date.toDateString() === new Date().toDateString() ? words : `${day.format(date)} ${words}`;
}

/** The axis has room for the time alone. */
export const axisTime = (at, withSeconds) => (withSeconds ? clock : short).format(new Date(at));

/** `1 instance`, `2 instances` */
export const count = (number, word, words = `${word}s`) => `${number} ${number === 1 ? word : words}`;

/** The name of the browser's zone: `UTC`, `CET`. */
export function zone() {
  const parts = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" }).formatToParts(new Date());
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}

/** Letters large at the beginning, for a sentence that the controller wrote without one. */
export const sentence = (words) => (words ? words[0].toUpperCase() + words.slice(1) : "");
