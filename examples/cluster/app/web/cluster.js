// cluster.js talks to whichever node it reaches. The events are written down in events.go;
// map.js draws the nodes, ledger.js counts what is said.

import { Ledger } from "./ledger.js";
import { drawMap } from "./map.js";
import { log, names, settle, show, waiting } from "./log.js";

const $ = (id) => document.getElementById(id);
const you = { id: random(), name: nextName() };
const socket = io(wire.options({ auth: you }));
const ledger = new Ledger();
const pace = 800; // ms from one line to the next
const unsent = []; // what this page has said, and no node has answered yet
let sending; // the one that is under way
let said = 0;
let home = ""; // the node that holds the session; "" without session
let before = ""; // the one that held the last session

function random() {
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(36).padStart(2, "0")).join("");
}

// nextName returns another name for each tab of this browser.
function nextName() {
  let n = Math.floor(Math.random() * names.length);
  try {
    n = Number(localStorage.getItem("cluster-tabs") ?? n);
    localStorage.setItem("cluster-tabs", n + 1);
  } catch {} // names may come twice, then
  return names[n % names.length];
}

document.title = `${you.name} · Cluster`;
wire.show(socket);

// ---- the room

let early; // what is told while the page catches up

socket.on("message", (m) => (early ? early.push(m) : take(m)));

function take(m, caught = false) {
  const fresh = ledger.take(m, caught);
  if (fresh) show(m, m.author === you.id);
  if (ledger.missing() && !caught) catchUp();
  count();
  return fresh;
}

// catchUp asks this node for what the page has not got: all nodes keep what was said.
// What this node has not got either, it asks the others for.
function catchUp(then, everywhere = false) {
  if (early) return;
  early = [];
  socket.emit("catch-up", { ...ledger.seen(), everywhere }, ({ messages = [] }) => {
    const fresh = messages.filter((m) => take(m, true)).length;
    const later = early;
    early = undefined;
    later.forEach((m) => take(m));
    then?.(fresh);
    flush();
    if (ledger.missing() && !then) setTimeout(again, 1000); // it may be on its way to this node
  });
}

function again() {
  if (ledger.missing() && home) catchUp(undefined, true);
}

// A session is new when the page has just been opened, when its node was killed, and when
// another transport was chosen. What was lost with the old one is asked for.
socket.on("welcome", ({ node }) => {
  home = node;
  early = undefined;
  document.body.dataset.session = node;
  sending = undefined; // perhaps nobody has heard of it
  catchUp((fresh) => {
    if (before) log(`New session, on node ${node}: ${fresh} ${fresh === 1 ? "message" : "messages"} caught up.`);
    before = node;
  });
});
socket.on("disconnect", () => (home = ""));

function post(text) {
  const draft = { n: ++said, text };
  unsent.push(draft);
  waiting({ author: you.id, name: you.name, ...draft });
  flush();
}

// flush sends one after the other, so that they arrive in their order whatever session each
// of them goes over.
function flush() {
  const draft = unsent[0];
  if (!draft || sending || early || !home) return;
  sending = draft;
  socket.emit("post", draft, ({ error }) => {
    if (sending !== draft) return; // it was sent again
    sending = undefined;
    if (error) return log(error.message);
    unsent.shift();
    settle(you.id, draft.n);
    flush();
  });
}

function count() {
  $("received").textContent = ledger.received.toLocaleString("en");
  $("caught").textContent = ledger.caught.toLocaleString("en");
  $("missing").textContent = ledger.missing().toLocaleString("en");
  $("missing").className = ledger.missing() ? "bad" : "";
}

$("say").onsubmit = (event) => {
  event.preventDefault();
  const text = $("text").value.trim();
  if (text) post(text);
  $("text").value = "";
};

const lines = [
  "The ferry is on time.", "Wind from the west.", "Tide is turning.", "Lights on at the pier.", "Fog over the bay.",
  "All moored.", "A sail to the north.", "The lock is open.", "Gulls again.", "Rain until noon.", "Buoy seven is lit.", "Calm sea.",
];
let talking;
$("talk").onchange = talk;
talk();

function talk() {
  clearInterval(talking);
  if ($("talk").checked) talking = setInterval(() => post(lines[said % lines.length]), pace);
}

// ---- the cluster

let last; // its state

socket.on("cluster", draw);

function draw(state) {
  for (const [i, node] of state.nodes.entries()) {
    const was = last?.nodes[i].status;
    if (was === "up" && node.status === "down") log(`Node ${node.name} is gone.`);
    if (was && was !== "up" && node.status === "up") log(`Node ${node.name} is up.`);
  }
  last = state;
  const own = state.tabs.find((tab) => tab.id === you.id);
  drawMap(state, own, act);
  $("where").textContent = sentence(state, own);
  document.body.dataset.through = own?.through ?? "";
}

function sentence({ nodes }, own) {
  if (!nodes.some((n) => n.status === "up")) return "No node is up. Start one: this page comes back by itself.";
  if (!own || nodes.find((n) => n.name === own.session)?.status !== "up") {
    return `You are ${you.name}. Your session is gone with its node; a new one is on its way.`;
  }
  if (!own.through) return `You are ${you.name}. Node ${own.session} holds your session, and waits for your connection.`;
  if (own.through === own.session) return `You are ${you.name}. Node ${own.session} holds your session and serves your connection.`;
  return `You are ${you.name}. Node ${own.session} holds your session; node ${own.through} serves your connection.`;
}

// act has a node killed or started. The answer comes from the process that runs the nodes:
// it is there even if no node is.
async function act(node, what) {
  const answer = await fetch(`nodes/${node}/${what}`, { method: "POST" });
  if (answer.ok) draw(await answer.json());
}

// While the connection is away, the page asks that process.
setInterval(async () => {
  if (document.getElementById("wire").dataset.state === "up") return;
  const answer = await fetch("nodes").catch(() => ({ ok: false }));
  if (answer.ok) draw(await answer.json());
}, 1000);
