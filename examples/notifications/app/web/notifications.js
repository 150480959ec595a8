// notifications.js talks to the server: it logs in, keeps what is unread as open questions,
// and answers each when it has been read. The events are written down in events.go;
// view.js draws.

import { View } from "./view.js";

const stored = "notifications-token";
const socket = io(wire.options({ autoConnect: false, auth: (send) => send({ token: sessionStorage.getItem(stored) }) }));
const view = new View({ login, logout, read, readAll, send });
wire.show(socket);

const device = matchMedia("(max-width: 700px)").matches ? "phone" : "computer";
let notes = new Map(); // id → notification to this person
let sent = new Map(); // id → notification by this person
let people = new Map();
let you = "";
let asked = new Map(); // id → the acknowledgements that the server waits for
const seen = new Set(); // ids that were read here: if the answer was lost, it is given again

// ---- who it is

async function login(user) {
  const { status, body } = await post("login", { user });
  if (status !== 200) return view.showLogin(body.error.message);
  sessionStorage.setItem(stored, body.token);
  socket.connect();
}

function logout(why = "") {
  sessionStorage.removeItem(stored);
  seen.clear();
  socket.disconnect();
  view.showLogin(why);
}

socket.on("connect_error", (err) => {
  if (err.data?.code === "token_invalid") logout(err.message); // the server was started anew
});

// The server sends a page away when its token has expired.
socket.on("disconnect", (why) => {
  if (why === "io server disconnect") logout("Please log in again.");
});

// ---- what comes

socket.on("desk", (desk) => {
  you = desk.you;
  people = new Map(desk.people.map((p) => [p.id, p]));
  sent = new Map(desk.sent.map((n) => [n.id, n]));
  notes = new Map(desk.read.map((n) => [n.id, n]));
  for (const id of seen) if (notes.has(id)) seen.delete(id);
  asked = new Map(); // those of the session before are void
  view.enter(you, people, curl());
  draw();
});

// A notification is a question: answer is called when it has been read. It may come twice
// right after the page has connected.
socket.on("notify", (note, answer) => {
  if (seen.has(note.id)) return answer({ on: device });
  if (!notes.has(note.id)) view.announce(`${people.get(note.from).name}: ${note.title}`);
  notes.set(note.id, note);
  asked.set(note.id, [...(asked.get(note.id) ?? []), answer]);
  draw();
});

socket.on("read", (note) => {
  if (note.from === you) sent.set(note.id, note);
  if (note.to === you) {
    notes.set(note.id, note);
    asked.delete(note.id);
    seen.delete(note.id);
  }
  draw();
});

socket.on("sent", (note) => {
  if (!sent.has(note.id)) sent.set(note.id, note);
  draw();
});

socket.on("here", (person) => {
  people.set(person.id, person);
  view.drawPeople(people);
});

// ---- what is done

function read(id) {
  seen.add(id);
  for (const answer of asked.get(id) ?? []) answer({ on: device });
  asked.delete(id);
  draw();
}

function readAll() {
  for (const id of [...asked.keys()]) read(id);
}

// send returns what is wrong, or nothing.
async function send(draft) {
  const { status, body } = await post("notifications", draft);
  if (status === 401) logout(body.error.message);
  return status === 201 ? "" : body.error.message;
}

// post asks the REST endpoints, as any other program can.
async function post(path, body) {
  const headers = { "Content-Type": "application/json", Authorization: "Bearer " + sessionStorage.getItem(stored) };
  try {
    const res = await fetch("api/" + path, { method: "POST", headers, body: JSON.stringify(body) });
    return { status: res.status, body: await res.json() };
  } catch {
    return { status: 0, body: { error: { message: "The server cannot be reached. Please try again." } } };
  }
}

function curl() {
  const to = [...people.keys()].find((id) => id !== you);
  return `curl ${new URL("api/notifications", location.href)} \\
  -H "Authorization: Bearer ${sessionStorage.getItem(stored)}" \\
  -d '{"to": ["${to}"], "kind": "deploy", "title": "Hello from a terminal"}'`;
}

function draw() {
  const newest = (all) => [...all.values()].sort((a, b) => b.id - a.id);
  view.draw(newest(notes), newest(sent), (note) => !note.readAt && !seen.has(note.id));
}

if (sessionStorage.getItem(stored)) socket.connect();
else view.showLogin();
