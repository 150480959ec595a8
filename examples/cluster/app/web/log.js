// log.js is the list of what was said, and of what has happened.

export const names = [
  "Amber", "Birch", "Cedar", "Dover", "Elm", "Fern", "Garnet", "Heron", "Iris", "Juniper", "Kestrel", "Linden", "Maple", "Nettle", "Olive", "Plum",
];
const most = 300; // lines
const box = document.getElementById("log");
const list = document.getElementById("messages");

export const hue = (name) => `hue-${Math.max(names.indexOf(name), 0) % 8}`;

export function make(tag, className, text = "") {
  const e = document.createElement(tag);
  e.className = className;
  e.textContent = text;
  return e;
}

function add(li) {
  const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  list.append(li);
  while (list.children.length > most) list.firstChild.remove();
  if (atEnd) box.scrollTop = box.scrollHeight;
}

const find = (author, n) => list.querySelector(`[data-id="${CSS.escape(`${author}/${n}`)}"]`);

function line({ author, name, n, text, node }, own) {
  const li = make("li", `message ${hue(name)}${own ? " own" : ""}`);
  li.dataset.id = `${author}/${n}`;
  const who = make("b", "who", name);
  who.append(make("span", "number", ` ${n}`));
  const by = make("span", "by", node ?? "");
  by.title = "The node that took it";
  li.append(who, make("span", "text", text), by);
  return li;
}

// show shows a message. An own one may be there already, waiting.
export function show(m, own) {
  const there = own && find(m.author, m.n);
  if (!there) return add(line(m, own));
  there.querySelector(".by").textContent = m.node;
  settle(m.author, m.n);
}

// waiting shows a message that is on its way.
export function waiting(m) {
  const li = line(m, true);
  li.classList.add("waiting");
  add(li);
}

export function settle(author, n) {
  find(author, n)?.classList.remove("waiting");
}

export function log(text) {
  add(make("li", "event", text));
}
