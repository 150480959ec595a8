// map.js draws the nodes, who has a session where, and the way of this page.

import { hue, make } from "./log.js";

const $ = (id) => document.getElementById(id);
const cards = new Map(); // name → its parts

export function drawMap({ nodes, tabs, bus }, own, act) {
  $("bus-name").textContent = bus;
  for (const node of nodes) {
    if (!cards.has(node.name)) cards.set(node.name, newCard(node.name, act));
    drawCard(cards.get(node.name), node, tabs.filter((tab) => tab.session === node.name), own);
  }
  $("proxy").classList.toggle("on", Boolean(own?.through));
  $("bus").classList.toggle("on", Boolean(own?.through && own.through !== own.session));
}

function newCard(name, act) {
  const li = make("li", "node");
  li.dataset.node = name;
  const card = make("article", "card");
  const head = make("header", "");
  const status = make("p", "status");
  head.append(make("h2", "letter", name), status);
  const yours = make("p", "yours");
  const numbers = make("dl", "");
  const [sessions, requests] = ["Sessions", "Requests"].map((title) => {
    const div = make("div", "");
    const value = make("dd", "", "0");
    div.append(make("dt", "", title), value);
    numbers.append(div);
    return value;
  });
  const tabs = make("ul", "tabs");
  const button = make("button", "act");
  button.type = "button";
  button.onclick = () => act(name, button.dataset.do);
  card.append(head, yours, numbers, tabs, button);
  li.append(make("i", "link up"), card, make("i", "link down"));
  $("nodes").append(li);
  return { li, status, yours, sessions, requests, tabs, button };
}

function drawCard(card, node, tabs, own) {
  const through = own?.through === node.name;
  const holds = own?.session === node.name && node.status === "up";
  const crosses = Boolean(own?.through && own.through !== own.session);
  card.li.dataset.status = node.status;
  card.li.classList.toggle("through", through);
  card.li.classList.toggle("holds", holds);
  card.li.classList.toggle("crosses", crosses && (through || holds));
  card.status.textContent = { up: `process ${node.pid}`, starting: "starting …", down: node.error || "killed" }[node.status];
  card.yours.replaceChildren(...[holds && "session", through && "connection"].filter(Boolean).map(badge));
  card.sessions.textContent = node.sessions.toLocaleString("en");
  card.requests.textContent = node.requests.toLocaleString("en");
  card.tabs.replaceChildren(...tabs.map((tab) => chip(tab, node, tab.id === own?.id)));
  card.button.dataset.do = node.status === "down" ? "start" : "kill";
  card.button.textContent = node.status === "down" ? `Start ${node.name}` : `Kill ${node.name}`;
  card.button.disabled = node.status === "starting";
}

// badge says "Your session"; a second one, and all where room is rare, "Connection".
function badge(text, i) {
  const span = make("span", "");
  if (i === 0) span.append(make("i", "", "Your "));
  span.append(make("b", "", text));
  return span;
}

const over = { websocket: "WebSocket", sse: "SSE", polling: "polling" };

function chip(tab, node, own) {
  const li = make("li", `tab ${hue(tab.name)}${own ? " own" : ""}${tab.through && node.status === "up" ? "" : " away"}`);
  li.append(make("b", "", own ? `${tab.name} (you)` : tab.name));
  const way = node.status !== "up" ? "looks for a node" : tab.through ? `via ${tab.through}, ${over[tab.over] ?? tab.over}` : "not connected";
  li.append(make("span", "", way));
  return li;
}
