// Small helpers for elements. Text goes in as text, never as markup: names come from outside.

/** The element with that id. */
export const $ = (id) => document.getElementById(id);

/** An element; children are nodes or text, attributes that are null or false are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  return fill(element, attributes, children);
}

/** The same for SVG. */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  return fill(element, attributes, children);
}

function fill(element, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets text only when it differs, so that nothing is read out or laid out for naught. */
export function text(element, value) {
  if (element.textContent !== value) element.textContent = value;
}

/** Brings the children of a parent in line with a list, keeping the elements of keys that stay. */
export function reconcile(parent, items, key, make, update) {
  const old = new Map();
  for (const child of [...parent.children]) old.set(child.dataset.key, child);
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let child = old.get(name);
    if (child) old.delete(name);
    else {
      child = make(item);
      child.dataset.key = name;
    }
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
    update?.(child, item);
  }
  for (const child of old.values()) child.remove();
}
