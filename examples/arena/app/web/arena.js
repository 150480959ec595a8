// arena.js talks to the server: it steers, takes frames, and keeps the score. The events
// are written down in events.go; pond.js draws.

import { Pond } from "./pond.js";

const $ = (id) => document.getElementById(id);
const names = ["Heron", "Otter", "Puffin", "Seal", "Tern", "Curlew", "Gannet", "Avocet"];
let name = sessionStorage.getItem("arena-name") ?? names[Math.floor(Math.random() * names.length)];
sessionStorage.setItem("arena-name", name);
const socket = io(wire.options({ auth: (send) => send({ name }) }));
const pond = new Pond();
wire.show(socket);

let you = -1;
let goal = 15;
let rev = 0;
let boats = new Map(); // slot → boat
let n = 0; // of the last score
let early = []; // scores that came before the welcome; undefined when it is here

// ---- what counts

socket.on("connect", () => {
  early = [];
  rev = 0;
});

socket.on("welcome", (welcome) => {
  ({ you, goal } = welcome);
  n = welcome.crew.n;
  pond.begin(welcome);
  $("goal").textContent = goal;
  $("help").hidden = false;
  if (you < 0) $("help").textContent = "All boats are taken: you look on. Come back a little later.";
  const scores = early;
  early = undefined;
  $("log").replaceChildren();
  showCrew(welcome.crew);
  scores.forEach(score);
});

socket.on("crew", (crew) => !early && showCrew(crew));

// showCrew takes who is there from the list, and the scores too unless newer ones came
// first.
function showCrew(crew) {
  if (crew.rev < rev) return;
  rev = crew.rev;
  const before = boats;
  boats = new Map(crew.boats.map((b) => [b.slot, { ...b, score: crew.n < n ? (before.get(b.slot)?.score ?? b.score) : b.score }]));
  pond.boats = boats;
  pond.you = you;
  draw();
}

socket.on("score", (s) => (early ? early.push(s) : score(s)));

function score({ n: number, slot, now, from, left = 0, won }) {
  if (number <= n) return; // it was in the crew
  document.body.dataset.gaps = Number(document.body.dataset.gaps ?? 0) + number - n - 1;
  n = number;
  const boat = boats.get(slot);
  const other = boats.get(from);
  if (boat) boat.score = now;
  if (other) other.score = left;
  pond.cheer(slot, from === undefined ? "+1" : "ram!");
  const who = boat?.name ?? "Somebody";
  note(number, won ? `${who} wins the round` : other ? `${who} rams ${other.name}` : `${who} takes a light, ${now}`, won);
  if (won) {
    for (const each of boats.values()) each.score = 0;
    announce(`${who} wins the round`);
  }
  draw();
}

function note(number, text, won) {
  const li = document.createElement("li");
  const label = li.appendChild(document.createElement("span"));
  label.textContent = number;
  li.append(text);
  li.classList.toggle("won", Boolean(won));
  $("log").prepend(li);
  while ($("log").children.length > 30) $("log").lastChild.remove();
}

let cheering = 0;
function announce(text) {
  $("cheer").textContent = text;
  $("cheer").hidden = false;
  clearTimeout(cheering);
  cheering = setTimeout(() => ($("cheer").hidden = true), 2500);
}

function draw() {
  const rows = [...boats.values()].sort((a, b) => b.score - a.score || a.slot - b.slot);
  $("crew").replaceChildren(...rows.map(row));
}

function row({ slot, name, bot, score }) {
  const li = document.createElement("li");
  li.classList.toggle("you", slot === you);
  li.classList.toggle("bot", Boolean(bot));
  const svg = li.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
  svg.setAttribute("viewBox", "-12 -12 24 24");
  const path = svg.appendChild(document.createElementNS(svg.namespaceURI, "path"));
  path.setAttribute("d", "M10 0-7 7-4 0-7-7Z");
  path.style.fill = `var(--boat-${slot})`;
  const text = li.appendChild(document.createElement("span"));
  text.className = "name";
  text.textContent = name;
  if (slot === you) {
    const mark = text.appendChild(document.createElement("span"));
    mark.className = "mark";
    mark.textContent = " (you)";
  }
  li.appendChild(document.createElement("b")).textContent = score;
  const bar = li.appendChild(document.createElement("i"));
  bar.style.color = `var(--boat-${slot})`;
  bar.style.setProperty("--part", `${(100 * score) / goal}%`);
  return li;
}

// ---- what is out of date a moment later

const flow = { frames: 0, left: 0, bytes: 0 };
let step = 0;

socket.on("frame", (bytes) => {
  const frame = read(new DataView(bytes));
  if (early) return; // nobody is known yet
  if (step && frame.step > step) flow.left += frame.step - step - 1;
  step = frame.step;
  flow.frames++;
  flow.bytes = bytes.byteLength;
  pond.take(frame);
});

// read takes a frame apart, see frame.go.
function read(view) {
  let at = 0;
  const byte = () => view.getUint8(at++);
  const place = () => {
    at += 4;
    return { x: view.getUint16(at - 4) / 8, y: view.getUint16(at - 2) / 8 };
  };
  const frame = { step: view.getUint32(0), boats: new Map(), lights: [] };
  at = 4;
  for (let left = byte(); left > 0; left--) {
    const slot = byte();
    frame.boats.set(slot, { ...place(), heading: (byte() / 256) * 2 * Math.PI, power: byte() / 255, away: byte() === 1 });
  }
  for (let left = byte(); left > 0; left--) frame.lights.push(place());
  return frame;
}

let since = performance.now();
setInterval(() => {
  const seconds = (performance.now() - since) / 1000;
  since = performance.now();
  $("frames").textContent = Math.round(flow.frames / seconds);
  $("left").textContent = Math.round(flow.left / seconds);
  $("bytes").textContent = flow.bytes;
  flow.frames = flow.left = 0;
  pond.describe();
}, 500);

// ---- steering

const keys = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1], d: [1, 0], a: [-1, 0], w: [0, -1], s: [0, 1] };
const pressed = new Set();
let pointer; // where the mouse or a finger is held, in units of the pond
let wanted = [0, 0]; // direction and power, as they are sent

addEventListener("keydown", (event) => {
  if (event.target === $("name") || !keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  pressed.add(event.key);
  steer();
});
addEventListener("keyup", (event) => {
  pressed.delete(event.key);
  steer();
});
addEventListener("blur", () => {
  pressed.clear();
  pointer = undefined;
  steer();
});
$("canvas").addEventListener("pointerdown", (event) => {
  $("canvas").setPointerCapture(event.pointerId);
  pointer = pond.place(event);
  steer();
});
$("canvas").addEventListener("pointermove", (event) => {
  if (pointer) pointer = pond.place(event);
});
for (const type of ["pointerup", "pointercancel"]) {
  $("canvas").addEventListener(type, () => {
    pointer = undefined;
    steer();
  });
}

// steer says where to go. It is repeated, so that one that gets lost does no harm.
function steer() {
  let x = 0;
  let y = 0;
  for (const key of pressed) {
    x += keys[key][0];
    y += keys[key][1];
  }
  const own = pond.own();
  if (pointer && own) [x, y] = [pointer.x - own.x, pointer.y - own.y];
  const far = Math.hypot(x, y);
  const power = !far ? 0 : pointer ? Math.min(1, far / 120) : 1;
  const turn = far ? Math.round((Math.atan2(y, x) / (2 * Math.PI)) * 256) & 255 : wanted[0];
  const now = [turn, Math.round(255 * power)];
  if (String(now) === String(wanted) && !now[1] && still++ > 5) return;
  if (now[1]) still = 0;
  wanted = now;
  if (you >= 0) socket.volatile.emit("steer", new Uint8Array(now));
}
let still = 0;
setInterval(steer, 66);

$("name").value = name;
$("name").onchange = () => {
  name = $("name").value.trim() || name;
  $("name").value = name;
  sessionStorage.setItem("arena-name", name);
  socket.emit("name", { name });
};
$("name").onkeydown = (event) => {
  if (event.key === "Enter") $("canvas").focus();
};
