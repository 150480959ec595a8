// view.js is all that can be seen, but for the conversations (log.js). It knows
// nothing of the connection: chat.js calls it with what is to be shown, and hears
// through listen what people do.

import { $, avatar, dress, make } from "/dom.js";
import * as log from "/log.js";

const phone = matchMedia("(max-width: 760px)"); // the widths are those in chat.css
const narrow = matchMedia("(max-width: 1000px)");

let on = {}; // what chat.js wants to hear

export function listen(handlers) {
  on = handlers;
}

// ---- the connection, and who I am

export function connection(up, transport = "") {
  $("link").classList.toggle("up", up);
  $("link-text").textContent = up ? transport : "offline";
  $("rename").disabled = !up;
  $("banner").hidden = up;
  $("banner").textContent = up ? "" : "No connection. What you write now is sent as soon as it is back.";
}

export function me(person) {
  $("my-name").textContent = person.name;
  dress($("my-avatar"), person.name);
}

// askName resolves to what is typed, or to null when the dialog is cancelled.
// It stays open until closeName, or for another try.
export function askName(name, complaint, mayCancel) {
  const dialog = $("name-dialog");
  const fields = [$("name"), $("name-ok")];
  for (const f of fields) f.disabled = false;
  $("name-title").textContent = mayCancel ? "Change your name" : "What shall we call you?";
  $("name-ok").textContent = mayCancel ? "Save" : "Come in";
  $("name-cancel").hidden = !mayCancel;
  $("name-error").textContent = complaint;
  $("name").setAttribute("aria-invalid", String(complaint !== ""));
  $("name").value = name;
  if (!dialog.open) dialog.showModal();
  $("name").focus();
  $("name").select();
  return new Promise((resolve) => {
    $("name-form").onsubmit = (e) => {
      e.preventDefault();
      for (const f of fields) f.disabled = true;
      resolve($("name").value);
    };
    dialog.onclose = () => (mayCancel ? resolve(null) : dialog.showModal());
    $("name-cancel").onclick = () => dialog.close();
  });
}

export function closeName() {
  $("name-dialog").onclose = null;
  $("name-dialog").close();
  if (!$("text").disabled) $("text").focus();
}

export function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => ($("toast").hidden = true), 5000);
}

// ---- rooms and people

export function roomList(rooms, open) {
  const joined = [];
  const others = [];
  let elsewhere = 0;
  for (const room of rooms.values()) {
    (room.joined ? joined : others).push(roomLink(room, open));
    if (room.joined && room.name !== open) elsewhere += room.unread ?? 0;
  }
  $("joined-rooms").replaceChildren(...joined);
  $("other-rooms").replaceChildren(...others);
  $("elsewhere").textContent = elsewhere;
  $("elsewhere").hidden = elsewhere === 0;
  const unread = elsewhere + (rooms.get(open)?.unread ?? 0);
  document.title = (unread ? `(${unread}) ` : "") + (open ? `#${open} · Chat` : "Chat");
}

function roomLink(room, open) {
  const a = make("a", "", make("span", "name", room.name), unseen(", "));
  a.href = "#" + encodeURIComponent(room.name);
  if (room.name === open) a.setAttribute("aria-current", "page");
  if (room.joined && room.unread) a.append(make("b", "badge", String(room.unread), unseen(" unread")));
  else a.append(make("span", "count", String(room.count), unseen(room.count === 1 ? " person" : " people")));
  return make("li", "", a);
}

function unseen(text) {
  return make("span", "unseen", text);
}

// people shows who is in a room, myself first.
export function people(room, me) {
  const here = [...(room?.people.here ?? [])];
  here.sort((a, b) => (b.id === me.id) - (a.id === me.id) || a.name.localeCompare(b.name));
  const items = here.map((p) => {
    const li = make("li", "", avatar(p.name), make("span", "name", p.name));
    if (p.id === me.id) li.append(make("span", "count", "you"));
    return li;
  });
  $("people").replaceChildren(...items);
  $("people-count").textContent = here.length || "";
}

const drafts = new Map(); // room name → what stands in the field while another room is open
let shown = ""; // the name of the open room

// open shows a room's conversation; null: none.
export function open(room, me) {
  drafts.set(shown, text.value);
  shown = room?.name ?? "";
  text.value = drafts.get(shown) ?? "";
  fit();
  $("room-name").textContent = room?.name ?? "No room";
  $("room-name").classList.toggle("is-room", room !== null);
  $("room-about").textContent = room?.about ?? "You are in no room. Choose one, or open your own.";
  $("leave").hidden = room === null;
  $("text").disabled = $("composer").querySelector(".send").disabled = room === null;
  $("text").placeholder = room ? `Message to ${room.name}` : "";
  log.show(room);
  people(room, me);
  typing(room, Date.now());
  closePanes();
  if (room && !phone.matches && !$("name-dialog").open) $("text").focus();
}

const list = new Intl.ListFormat("en");

export function typing(room, now) {
  const names = [...(room?.typing.values() ?? [])].filter((t) => t.until > now).map((t) => t.name);
  const who = names.length > 3 ? "Several people" : list.format(names);
  $("typing").textContent = who && `${who} ${names.length === 1 ? "is" : "are"} typing`;
}

// ---- writing

const text = $("text");

$("composer").onsubmit = (e) => {
  e.preventDefault();
  const written = text.value.trim();
  if (written) on.send(written);
  text.value = "";
  fit();
  text.focus();
};

text.onkeydown = (e) => {
  if (e.key !== "Enter" || e.shiftKey || e.isComposing) return;
  e.preventDefault();
  $("composer").requestSubmit();
};

text.oninput = () => {
  fit();
  if (text.value.trim()) on.typing();
};

// fit gives the field the height of what is in it.
function fit() {
  text.style.height = "auto";
  text.style.height = text.scrollHeight + "px";
  $("left").hidden = text.value.length < 1800;
  $("left").textContent = `${text.value.length} of 2000`;
}

// ---- everything else that can be pressed

$("leave").onclick = () => on.leave();
$("rename").onclick = () => on.rename();
$("new-room").onsubmit = (e) => {
  e.preventDefault();
  if ($("new-room-name").value.trim()) on.create($("new-room-name").value);
  $("new-room-name").value = "";
};

// Where the page is narrow the people are a drawer, and on a phone the rooms too.
const drawers = { rooms: [$("rooms-pane"), $("show-rooms")], people: [$("people-pane"), $("show-people")] };

function openPane(name) {
  const [pane, button] = drawers[name];
  document.body.dataset.pane = name;
  document.querySelector("main").inert = true;
  button.setAttribute("aria-expanded", "true");
  pane.querySelector("[data-close]").focus();
}

function closePanes() {
  const name = document.body.dataset.pane;
  delete document.body.dataset.pane;
  document.querySelector("main").inert = false;
  for (const [, button] of Object.values(drawers)) button.setAttribute("aria-expanded", "false");
  if (name) drawers[name][1].focus();
}

$("show-rooms").onclick = () => openPane("rooms");
$("show-people").onclick = () => openPane("people");
for (const e of document.querySelectorAll("[data-close]")) e.onclick = closePanes;
$("rooms-pane").addEventListener("click", (e) => e.target.closest("a") && closePanes());
addEventListener("keydown", (e) => e.key === "Escape" && closePanes());
for (const query of [phone, narrow]) query.addEventListener("change", closePanes);
