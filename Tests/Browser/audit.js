// What a person who does not see, point or see well would stumble over. Returns a list of complaints.
const complaints = [];
const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
const name = (element) => `${element.tagName.toLowerCase()}${element.id ? `#${element.id}` : ""}.${element.className?.baseVal ?? element.className} "${(element.textContent ?? "").trim().slice(0, 40)}"`;
const labelled = (element) => {
  const by = element.getAttribute("aria-labelledby");
  if (by) return by.split(" ").some((id) => document.getElementById(id)?.textContent.trim());
  return Boolean(element.getAttribute("aria-label")?.trim() || element.title?.trim());
};

for (const control of document.querySelectorAll("button, input, select, textarea, a[href]")) {
  if (!isShown(control)) continue;
  const has = labelled(control) || control.textContent.trim() && !["INPUT", "SELECT"].includes(control.tagName) || [...(control.labels ?? [])].some((label) => label.textContent.trim());
  if (!has) complaints.push(`no label: ${name(control)}`);
  if (control.tabIndex < 0 && !control.disabled) complaints.push(`not reached by keyboard: ${name(control)}`);
}
for (const picture of document.querySelectorAll("img, canvas, svg")) {
  if (!isShown(picture)) continue;
  const carrier = picture.closest("[role=img], [aria-hidden=true]");
  if (!carrier) complaints.push(`a picture without an alternative: ${name(picture)}`);
  else if (carrier.getAttribute("role") === "img" && !labelled(carrier)) complaints.push(`an image without a name: ${name(carrier)}`);
}
let level = 0;
for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
  if (!isShown(heading)) continue;
  const own = Number(heading.tagName[1]);
  if (own > level + 1) complaints.push(`heading skips a level: ${name(heading)}`);
  level = own;
}
if (document.querySelectorAll("h1").length !== 1) complaints.push("not one h1");
for (const landmark of ["header", "main", "footer"]) if (document.querySelectorAll(`body > ${landmark}`).length !== 1) complaints.push(`not one ${landmark}`);
if (!document.documentElement.lang) complaints.push("no language");
for (const region of document.querySelectorAll("section, nav, dialog[open], [role=region]")) if (!labelled(region)) complaints.push(`a region without a name: ${name(region)}`);
for (const table of document.querySelectorAll("table")) if (!table.querySelector("th[scope=col]") || !labelled(table)) complaints.push("a table without headers or name");
const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
for (const id of ids) if (ids.indexOf(id) !== ids.lastIndexOf(id)) complaints.push(`an id twice: ${id}`);
for (const element of document.querySelectorAll("*")) {
  const style = getComputedStyle(element);
  if (isShown(element) && /(auto|scroll)/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 2 && element.tabIndex < 0 && !element.matches("html, body, .legend")) complaints.push(`scrolls and is not reached by keyboard: ${name(element)}`);
}
if (document.documentElement.scrollWidth > innerWidth) complaints.push(`the page is ${document.documentElement.scrollWidth} wide in a window of ${innerWidth}`);

// Contrast (WCAG 2.2, 1.4.3): 4.5 for all text here, since none of it is large by much.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const parse = (colour) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = colour;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
  return [r, g, b, a / 255];
};
const luminance = (rgb) => rgb.slice(0, 3).map((value) => value / 255).map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)).reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i], 0);
const ground = (element) => {
  const box = element.closest?.("g")?.querySelector("rect");
  if (box && element.tagName === "text") return parse(getComputedStyle(box).fill);
  for (let at = element; at; at = at.parentElement) {
    const colour = parse(getComputedStyle(at).backgroundColor);
    if (colour[3] > 0.99) return colour;
  }
  return [255, 255, 255, 1];
};
let measured = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
for (let node = walker.nextNode(); node; node = walker.nextNode()) {
  const element = node.parentElement;
  if (!node.textContent.trim() || !isShown(element) || element.closest(".hidden, .skip, title, noscript, option")) continue;
  const style = getComputedStyle(element);
  const [a, b] = [parse(element.tagName === "text" ? style.fill : style.color), ground(element)].map(luminance).sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  measured += 1;
  if (ratio < 4.5) complaints.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
}
if (measured < 40) complaints.push(`only ${measured} texts were measured`);
return [...new Set(complaints)];
