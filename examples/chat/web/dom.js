// dom.js makes pieces of the page. Text that people wrote goes in as text,
// never as HTML.

export const $ = (id) => document.getElementById(id);

export function make(tag, className = "", ...children) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  e.append(...children);
  return e;
}

export function icon(name) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(ns, "use");
  use.setAttribute("href", "#i-" + name);
  svg.append(use);
  return svg;
}

// dress makes an element somebody's avatar.
export function dress(e, name) {
  const words = name.split(" ");
  const initials = words.length > 1 ? [words[0], words.at(-1)] : [name];
  let hue = 0;
  for (const c of name.toLowerCase()) hue = (hue * 31 + c.codePointAt(0) * 137) % 360;
  e.textContent = initials.map((w) => [...w][0] ?? "").join("").toUpperCase();
  e.style.setProperty("--hue", hue);
  return e;
}

export function avatar(name) {
  const e = dress(make("span", "avatar"), name);
  e.setAttribute("aria-hidden", "true");
  return e;
}
