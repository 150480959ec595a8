// chat.js talks to the server and keeps what this page knows; view.js and log.js
// show it. The events and what they carry are written down in events.go.

import * as log from "/log.js";
import * as view from "/view.js";

const stored = load(); // kept by the browser: {key, name, joined: [room], read: {room: id}}
const rooms = new Map(); // all rooms by name, see learn
const keepMessages = 500; // in each room
const outbox = []; // drafts the server has not answered yet, oldest first
let me = { id: "", name: stored.name };
let open = ""; // the name of the room on the screen

const transports = ["polling", "websocket"];
const wanted = new URLSearchParams(location.search).get("transport");
const socket = io({
  autoConnect: false,
  auth: (give) => give({ name: me.name, key: stored.key }),
  transports: transports.includes(wanted) ? [wanted] : transports,
  reconnectionDelay: 500,
  reconnectionDelayMax: 5000,
});

// ---- the connection

let entering; // while enter waits: {resolve, reject}
let ready = false; // connected, and back in our rooms

// enter connects under a name. It fails if the server refuses, and waits while
// the server cannot be reached.
function enter(name) {
  me.name = name;
  return new Promise((resolve, reject) => {
    entering = { resolve, reject };
    socket.connect();
  });
}

socket.on("connect", () => {
  const engine = socket.io.engine;
  const show = () => view.connection(true, engine.transport.name);
  engine.on("upgrade", show);
  show();
});

socket.on("welcome", async (lobby) => {
  be(lobby.you);
  entering?.resolve(lobby.you);
  entering = undefined;
  const known = new Set(lobby.rooms.map((r) => r.name));
  for (const room of rooms.values()) {
    if (!known.has(room.name) && !room.joined) rooms.delete(room.name);
  }
  lobby.rooms.forEach(learn);
  // A page that was here before goes back into its rooms first, and hears
  // what it has missed; then it sends what it could not.
  await Promise.allSettled(stored.joined.map(join));
  if (!socket.connected) return;
  if (!rooms.get(open)?.joined) await go(roomInURL() || stored.joined[0] || "lobby");
  ready = socket.connected; // go may have waited
  read();
  flush();
});

socket.on("disconnect", () => {
  ready = false;
  view.connection(false);
  view.typing(null, Date.now());
  // The library comes back by itself unless the server has sent it away.
  if (!socket.active) setTimeout(() => socket.connect(), 1000);
});

socket.on("connect_error", (err) => {
  // The server was not reached, and the library tries again; or it said no.
  if (socket.active) return view.connection(false);
  if (entering) entering.reject(err);
  else chooseName(err.message);
  entering = undefined;
});

// ask sends an event and returns the server's answer.
async function ask(event, body) {
  if (!socket.connected) throw new Error("There is no connection at the moment.");
  const answer = await socket.timeout(10_000).emitWithAck(event, body);
  if (answer?.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code });
  return answer;
}

// ---- who I am

// chooseName asks for a name until the server likes one.
async function chooseName(complaint = "") {
  for (let name = me.name; ; ) {
    name = await view.askName(name, complaint, socket.connected);
    if (name === null) return;
    try {
      be(await (socket.connected ? ask("name:change", { name }) : enter(name)));
      return view.closeName();
    } catch (err) {
      complaint = err.message;
    }
  }
}

function be(person) {
  me = person;
  stored.name = me.name;
  save();
  view.me(me);
}

// ---- rooms and the people in them

// learn takes in what the server says of a room, unless it knows better.
function learn(news) {
  let room = rooms.get(news.name);
  if (!room) {
    room = {
      joined: false,
      people: { here: [], rev: 0 },
      messages: new Map(), // by uid
      early: new Set(), // ids that got their second tick before they came
      told: 0, // the id up to which the server knows that we have all
      typing: new Map(), // person id → {name, until}
      rev: -1,
    };
    rooms.set(news.name, room);
  }
  if (news.rev > room.rev) Object.assign(room, news);
  return room;
}

function learnPeople(people) {
  const room = rooms.get(people.room);
  if (people.line) log.line(room, people.line, people.rev);
  if (people.rev > room.people.rev) room.people = people;
  if (open === room.name) view.people(room, me);
  const myself = people.here.find((p) => p.id === me.id);
  if (myself && myself.name !== me.name) be(myself); // renamed in another tab
}

async function join(name) {
  const seen = await ask("room:join", { room: name });
  const room = learn(seen.room);
  const first = !room.joined;
  room.joined = true;
  room.told = 0;
  learnPeople(seen.people);
  seen.messages.forEach(store);
  if (first) stored.read[room.name] ??= newest(room);
  if (!stored.joined.includes(room.name)) stored.joined.push(room.name);
  save();
  confirm(room);
  return room;
}

// go shows a room, and joins it if need be.
async function go(name) {
  if (!rooms.get(name)?.joined) {
    try {
      name = (await join(name)).name;
    } catch (err) {
      view.toast(err.message);
      showInURL(open);
      return;
    }
  }
  open = name;
  showInURL(open);
  view.open(rooms.get(name), me);
  read();
}

function leave() {
  const room = rooms.get(open);
  socket.emit("room:leave", { room: room.name });
  room.joined = false;
  room.messages.clear();
  log.forget(room);
  delete stored.read[room.name];
  stored.joined = stored.joined.filter((name) => name !== room.name);
  save();
  open = "";
  if (stored.joined.length) go(stored.joined[0]);
  else view.open(null, me);
  view.roomList(rooms, open);
}

socket.on("room", (room) => {
  learn(room);
  view.roomList(rooms, open);
});
socket.on("people", learnPeople);

// ---- messages

function send(text) {
  saidTyping = 0;
  post({ room: open, key: randomKey(), text });
}

// post puts a draft into the outbox, and shows it as waiting.
function post(draft) {
  outbox.push(draft);
  store({ ...draft, id: Infinity, from: me, state: "waiting" });
  flush();
}

// flush sends the outbox, one draft after the other. What gets no answer is
// sent again under the same key: now, or after the next welcome.
let flushing = false;
async function flush() {
  if (flushing) return;
  flushing = true;
  while (outbox.length && ready) {
    const draft = outbox[0];
    try {
      store({ ...(await ask("message:post", draft)), state: "sent" });
      outbox.shift();
    } catch (err) {
      if (!err.code) continue;
      outbox.shift();
      store({ ...draft, id: Infinity, from: me, state: "failed", problem: err.message, retry: () => post(draft) });
    }
  }
  flushing = false;
}

// store takes in a message, from whichever side, and however often it comes.
function store(message) {
  const room = rooms.get(message.room);
  const uid = message.from.id + " " + message.key;
  const before = room.messages.get(uid);
  const delivered = message.delivered || before?.delivered || room.early.delete(message.id);
  const m = { state: "sent", ...before, ...message, delivered, mine: message.from.id === me.id };
  if (delivered) m.state = "received";
  room.messages.set(uid, m);
  if (room.messages.size > keepMessages) room.messages.delete(room.messages.keys().next().value);
  room.typing.delete(m.from.id);
  log.message(room, uid, m);
}

// confirm tells the server that this page has all messages of others.
function confirm(room) {
  const id = newest(room, (m) => !m.mine);
  if (id <= room.told || !socket.connected) return;
  room.told = id;
  socket.emit("message:received", { room: room.name, id });
}

// read notes that what is on the screen has been seen.
function read() {
  const room = rooms.get(open);
  if (room && document.visibilityState === "visible") {
    stored.read[room.name] = newest(room);
    save();
  }
  for (const r of rooms.values()) {
    r.unread = [...r.messages.values()].filter((m) => !m.mine && m.id > (stored.read[r.name] ?? 0)).length;
  }
  view.roomList(rooms, open);
  view.typing(room, Date.now());
}

function newest(room, which = () => true) {
  let id = 0;
  for (const m of room.messages.values()) if (which(m) && m.id > id && m.id < Infinity) id = m.id;
  return id;
}

socket.on("message", (message) => {
  store(message);
  confirm(rooms.get(message.room));
  read();
});

socket.on("message:ticks", ({ room: name, ids }) => {
  const room = rooms.get(name);
  for (const id of ids) room.early.add(id);
  for (const m of room.messages.values()) if (room.early.has(m.id)) store(m);
});

// ---- typing

const typingLasts = 4000;
let saidTyping = 0;

function typing() {
  if (!socket.connected || Date.now() - saidTyping < typingLasts / 2) return;
  saidTyping = Date.now();
  socket.emit("room:typing", { room: open });
}

socket.on("room:typing", ({ room: name, who }) => {
  const room = rooms.get(name);
  room.typing.set(who.id, { name: who.name, until: Date.now() + typingLasts });
  const refresh = () => open === name && view.typing(room, Date.now());
  refresh();
  setTimeout(refresh, typingLasts + 50);
});

// ---- what the browser keeps

function load() {
  let kept = {};
  try {
    kept = JSON.parse(localStorage.getItem("chat")) ?? {};
  } catch {} // nothing kept, or not allowed
  return { key: randomKey(), name: "", joined: ["lobby"], read: {}, ...kept };
}

function save() {
  try {
    localStorage.setItem("chat", JSON.stringify(stored));
  } catch {} // not allowed: it lasts as long as the page
}

function randomKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
}

function roomInURL() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

function showInURL(name) {
  history.replaceState(null, "", "#" + encodeURIComponent(name));
}

// ---- start

addEventListener("hashchange", () => roomInURL() && roomInURL() !== open && go(roomInURL()));
document.addEventListener("visibilitychange", read);
view.listen({ send, typing, leave, rename: () => chooseName(), create: go });
save();
if (me.name) enter(me.name).catch((err) => chooseName(err.message));
else chooseName();
