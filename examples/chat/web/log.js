// log.js shows conversations: each room has its own, and one is on the screen.

import { $, avatar, icon, make } from "/dom.js";

const keepShown = 500; // items in a room
const logs = new WeakMap(); // room → {box, ol, items: Map of uid → li}

function logOf(room) {
  if (!logs.has(room)) {
    const ol = make("ol");
    const box = make("div", "log", make("p", "empty", "Nothing has been said here yet."), ol);
    box.setAttribute("role", "log");
    box.setAttribute("aria-label", "Messages in " + room.name);
    logs.set(room, { box, ol, items: new Map() });
  }
  return logs.get(room);
}

// show puts a room's conversation on the screen; null: none.
export function show(room) {
  $("conversation").replaceChildren(...(room ? [logOf(room).box] : []));
  toEnd();
}

export function forget(room) {
  logs.delete(room);
}

// message shows a message, or what has become of it.
export function message(room, uid, m) {
  const { items } = logOf(room);
  const at = m.id < Infinity ? new Date(m.id / 1000) : new Date();
  let li = items.get(uid);
  if (!li) {
    const meta = make("p", "meta", make("b", "", m.from.name), " ", clock(at));
    li = make("li", "message", avatar(m.from.name), meta, make("p", "text", ...linked(m.text)));
    li.from = m.from.id + " " + m.from.name;
    items.set(uid, li);
  }
  if (m.mine && li.dataset.state !== m.state) {
    li.dataset.state = m.state;
    li.querySelector("time").replaceWith(clock(at));
    for (const old of li.querySelectorAll(".tick, .problem")) old.remove();
    li.append(tick(m.state));
    if (m.state === "failed") li.append(problem(m));
  }
  place(room, li, m.id, at, m.mine);
}

// line shows what happened in a room.
export function line(room, text, id) {
  const at = new Date(id / 1000);
  place(room, make("li", "line", text, " ", clock(at)), id, at, false);
}

// place puts an item where its id belongs, joins what one person says in a
// row, and keeps the end in sight if it was.
function place(room, li, id, at, mine) {
  if (li.at === id) return;
  const isNew = li.at === undefined;
  const { box, ol, items } = logOf(room);
  const next = li.nextElementSibling;
  let before = ol.lastElementChild;
  while (before && (before === li || before.at > id)) before = before.previousElementSibling;
  if (isNew || li.previousElementSibling !== before) ol.insertBefore(li, before ? before.nextSibling : ol.firstChild);
  li.at = id;
  li.time = at.getTime();
  li.day = dayOf(at);
  join(next);
  join(li);
  join(li.nextElementSibling);
  if (ol.children.length > keepShown) {
    for (const [uid, item] of items) if (item === ol.firstElementChild) items.delete(uid);
    ol.firstElementChild.remove();
    join(ol.firstElementChild);
  }
  if (!box.isConnected) return;
  if (stuck || (mine && isNew)) toEnd();
  else if (isNew) $("newer").hidden = false;
}

// join tells an item how it goes on from the one before.
function join(li) {
  if (!li) return;
  const before = li.previousElementSibling;
  const newDay = li.day !== (before?.day ?? dayOf(new Date()));
  if (newDay) li.dataset.day = li.day;
  else delete li.dataset.day;
  const goesOn = !newDay && before && li.from && li.from === before.from && li.time - before.time < 5 * 60_000;
  li.classList.toggle("goes-on", Boolean(goesOn));
}

function dayOf(at) {
  return at.toLocaleDateString(undefined, { weekday: "long", day: "numeric", month: "long" });
}

function clock(at) {
  const e = make("time", "", at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }));
  e.dateTime = at.toISOString();
  return e;
}

const tickMeans = {
  waiting: "Waiting to be sent",
  sent: "Sent",
  received: "Received",
  failed: "Not sent",
};

function tick(state) {
  const e = make("span", "tick " + state, icon(state));
  e.setAttribute("role", "img");
  e.setAttribute("aria-label", tickMeans[state]);
  e.title = tickMeans[state];
  return e;
}

function problem(m) {
  const again = make("button", "quiet", "Try again");
  again.type = "button";
  again.onclick = m.retry;
  return make("p", "problem", m.problem, " ", again);
}

let stuck = true; // to the end

function toEnd() {
  const c = $("conversation");
  c.scrollTop = c.scrollHeight;
  stuck = true;
  $("newer").hidden = true;
}

$("newer").onclick = toEnd;
$("conversation").onscroll = ({ target: c }) => {
  stuck = c.scrollHeight - c.scrollTop - c.clientHeight < 60;
  if (stuck) $("newer").hidden = true;
};
new ResizeObserver(() => stuck && toEnd()).observe($("conversation"));

// linked returns text with its web addresses made clickable.
function linked(text) {
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(/\bhttps?:\/\/[^\s<>"']+/g)) {
    let address = found[0].replace(/[.,:;!?]+$/, "");
    if (address.endsWith(")") && !address.includes("(")) address = address.slice(0, -1);
    if (!URL.canParse(address)) continue;
    const a = make("a", "", address);
    a.href = address;
    a.target = "_blank";
    a.rel = "noopener noreferrer nofollow";
    parts.push(text.slice(end, found.index), a);
    end = found.index + address.length;
  }
  return [...parts, text.slice(end)];
}
