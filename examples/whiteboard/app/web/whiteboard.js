// whiteboard.js talks to the server: it sends strokes while they are drawn, and puts
// together those of others. The events are written down in events.go; paper.js draws.

import { Paper } from "./paper.js";

const $ = (id) => document.getElementById(id);
const names = ["Heron", "Otter", "Puffin", "Seal", "Tern", "Curlew", "Dolphin", "Gannet", "Avocet", "Plover"];
const maxPiece = 400; // points, as in sheet.go
const maxStroke = 4000;
const me = remembered();
const socket = io(wire.options({ auth: (send) => send(me) }));
const paper = new Paper({ begin, extend, end, erase, moved });
wire.show(socket);

let early; // pieces that came before the sheet; undefined when it is here
let session = 0; // counts sheets
let rev = 0; // of the list of people
let last = []; // ids of this page's strokes, for Undo
let pending = new Map(); // id → {sent, done}: own strokes of which the server has not got all
const gone = new Set(); // ids of erased strokes: a piece that comes late does not bring them back
let tool = "pen";
let colour = 0;

// remembered is who this page was before it was loaded anew.
function remembered() {
  const key = "whiteboard";
  let who = JSON.parse(sessionStorage.getItem(key) ?? "null");
  if (!who) {
    const random = [...crypto.getRandomValues(new Uint8Array(16))];
    who = { key: random.map((b) => b.toString(16).padStart(2, "0")).join(""), name: names[random[0] % names.length] };
  }
  sessionStorage.setItem(key, JSON.stringify(who));
  return who;
}

// ---- what comes

socket.on("connect", () => {
  early = [];
  rev = 0;
});

// The sheet comes with each session. Own strokes that it has not got, or not all of, are
// sent again from where it ends.
socket.on("sheet", ({ you, people, strokes }) => {
  session++;
  const waiting = new Map([...pending.keys()].map((id) => [id, paper.strokes.get(id)]));
  paper.strokes.clear();
  for (const stroke of strokes) if (!gone.has(stroke.id)) paper.strokes.set(stroke.id, stroke);
  for (const [id, stroke] of waiting) {
    const has = paper.strokes.get(id)?.points.length / 2 || 0;
    paper.strokes.set(id, stroke);
    pending.get(id).sent = has;
  }
  const pieces = early;
  early = undefined;
  pieces.forEach(add);
  paper.you = you;
  showPeople(people);
  erasing.forEach(tell);
  refresh();
});

socket.on("drawn", (piece) => {
  if (early) return early.push(piece);
  add(piece);
  refresh();
});

// add adds a piece where it belongs, and leaves out what is there already.
function add({ from, points, ...stroke }) {
  if (gone.has(stroke.id)) return;
  const known = paper.strokes.get(stroke.id);
  if (!known && from === 0) paper.strokes.set(stroke.id, { ...stroke, points });
  const has = known ? known.points.length / 2 : 0;
  if (known && from <= has) known.points.push(...points.slice(2 * (has - from)));
}

socket.on("erased", ({ ids }) => remove(ids));

function remove(ids) {
  for (const id of ids) {
    gone.add(id);
    paper.strokes.delete(id);
    pending.delete(id);
    last = last.filter((own) => own !== id);
  }
  if (early) early = early.filter((piece) => !gone.has(piece.id));
  refresh();
}

socket.on("people", showPeople);
socket.on("hand", (hand) => paper.hand(hand));

function showPeople(people) {
  if (people.rev < rev) return; // a newer one came first
  rev = people.rev;
  paper.people = new Map(people.here.map((p) => [p.id, p]));
  $("people").replaceChildren(
    ...people.here.slice(-8).map(({ id, name, colour }) => {
      const li = document.createElement("li");
      li.textContent = name.slice(0, 2);
      li.title = id === paper.you ? name + " (you)" : name;
      li.setAttribute("aria-label", li.title);
      li.style.background = `var(--hand-${colour})`;
      return li;
    }),
  );
  paper.sweep();
}

// ---- what is drawn

function begin(point) {
  if (tool === "eraser") return undefined;
  const id = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");
  paper.strokes.set(id, { id, n: Infinity, pen: tool, colour, points: [...point] });
  pending.set(id, { sent: 0, done: false });
  last.push(id);
  refresh();
  return id;
}

function extend(id, point) {
  const stroke = paper.strokes.get(id);
  if (!stroke || stroke.points.length >= 2 * maxStroke) return false; // erased meanwhile, or too long
  stroke.points.push(...point);
  refresh();
  return true;
}

function end(id) {
  if (pending.has(id)) pending.get(id).done = true;
  flush();
}

// flush sends what was drawn since: some pieces a second are smooth enough. Once a session
// has ended nothing is sent, since the next one begins with a sheet.
function flush() {
  if (!socket.connected || early) return;
  for (const [id, state] of pending) {
    const { pen, colour, points } = paper.strokes.get(id);
    while (2 * state.sent < points.length) {
      const piece = points.slice(2 * state.sent, 2 * (state.sent + maxPiece));
      const of = session;
      socket.emit("draw", { id, pen, colour, from: state.sent, points: piece }, (have) => of === session && kept(id, have));
      state.sent += piece.length / 2;
    }
  }
}
setInterval(flush, 50);

// kept hears how much of a stroke the server has.
function kept(id, { error, n, points }) {
  if (error) return remove([id]);
  const state = pending.get(id);
  const stroke = paper.strokes.get(id);
  if (!state || !stroke) return;
  stroke.n = n;
  if (state.done && 2 * points === stroke.points.length) pending.delete(id);
  refresh();
}

// erase removes strokes here at once, and then for everybody. What the server has not
// confirmed is asked for again in the next session.
function erase(ids) {
  if (!ids.length) return;
  remove(ids);
  erasing.add(ids);
  if (socket.connected) tell(ids);
}

const erasing = new Set();
function tell(ids) {
  socket.emit("erase", { ids }, () => erasing.delete(ids));
}

// ---- hands

let movedAt = 0;
function moved(x, y) {
  if (performance.now() - movedAt < 40 && x >= 0) return;
  movedAt = performance.now();
  socket.volatile.emit("hand", { x, y });
}

// ---- tools

for (const b of $("tools").children) b.onclick = () => choose(b.dataset.tool);
for (const [i, name] of ["Ink", "Red", "Amber", "Green", "Blue", "Violet"].entries()) {
  const b = $("colours").appendChild(document.createElement("button"));
  b.type = "button";
  b.title = name;
  b.setAttribute("aria-label", name);
  b.style.color = `var(--ink-${i})`;
  b.appendChild(document.createElement("i")).style.background = `var(--ink-${i})`;
  b.onclick = () => {
    colour = i;
    choose(tool === "eraser" ? "pen" : tool);
  };
}
$("undo").onclick = () => erase(last.slice(-1));
$("clear").onclick = () => erase([...paper.strokes.keys()]);
$("fit").onclick = () => paper.fit();
$("name").value = me.name;
$("name").onchange = () => {
  me.name = $("name").value.trim() || me.name;
  $("name").value = me.name;
  sessionStorage.setItem("whiteboard", JSON.stringify(me));
  socket.emit("name", { name: me.name });
};
addEventListener("keydown", (event) => {
  if (event.target === $("name") || !(event.ctrlKey || event.metaKey) || event.key !== "z") return;
  event.preventDefault();
  $("undo").click();
});

function choose(name) {
  tool = name;
  paper.erasing = name === "eraser";
  for (const b of $("tools").children) b.setAttribute("aria-pressed", String(b.dataset.tool === tool));
  [...$("colours").children].forEach((b, i) => b.setAttribute("aria-pressed", String(i === colour && tool !== "eraser")));
}
choose("pen");

function refresh() {
  $("hint").hidden = paper.strokes.size > 0;
  $("undo").disabled = !last.length;
  $("clear").disabled = !paper.strokes.size;
  paper.refresh();
}
