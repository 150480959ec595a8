// view.js draws the inbox, and hears what is pressed.

const $ = (id) => document.getElementById(id);
const kinds = { review: "Review", deploy: "Deploy", alert: "Alert", mention: "Mention" };

export class View {
  #on;
  #you = "";
  #people = new Map();
  #to = new Set();
  #kind = "review";
  #rows = new Map(); // "inbox 7" → element

  // on.login, logout, read, readAll and send hear what is pressed.
  constructor(on) {
    this.#on = on;
    for (const b of $("logins").querySelectorAll("button")) b.onclick = () => on.login(b.dataset.user);
    $("logout").onclick = () => on.logout();
    $("read-all").onclick = () => on.readAll();
    $("tab-inbox").onclick = () => this.#tab("inbox");
    $("tab-send").onclick = () => this.#tab("send");
    $("compose").onsubmit = (event) => {
      event.preventDefault();
      this.#send();
    };
    for (const [kind, name] of Object.entries(kinds)) {
      const b = button($("kinds"), name, () => this.#choose(kind));
      b.dataset.kind = kind;
      b.prepend(icon(kind));
    }
    this.#choose(this.#kind);
    setInterval(() => this.#tell(), 15_000);
  }

  showLogin(fault = "") {
    $("login").hidden = false;
    $("office").hidden = true;
    $("login-fault").textContent = fault;
    document.title = "Notifications";
  }

  enter(you, people, curl) {
    if (you !== this.#you) this.#to = new Set();
    this.#you = you;
    this.#rows.clear();
    $("notes").replaceChildren();
    $("sent").replaceChildren();
    $("login").hidden = true;
    $("office").hidden = false;
    $("me").textContent = people.get(you).name;
    $("avatar").className = "avatar " + you;
    $("avatar").textContent = initials(people.get(you).name);
    $("curl").textContent = curl;
    this.drawPeople(people);
  }

  announce(text) {
    $("announce").textContent = text;
  }

  // drawPeople shows who can be sent something, and who is here.
  drawPeople(people) {
    this.#people = people;
    $("people").replaceChildren();
    for (const { id, name, here } of people.values()) {
      if (id === this.#you) continue;
      const b = button($("people"), "", () => {
        if (!this.#to.delete(id)) this.#to.add(id);
        b.setAttribute("aria-pressed", String(this.#to.has(id)));
      });
      b.setAttribute("aria-pressed", String(this.#to.has(id)));
      b.setAttribute("aria-label", name);
      b.title = here ? "Has a page open" : "Is not here now, and gets it later";
      b.classList.toggle("here", here);
      b.append(avatar(id, name), part("span", "", name.split(" ")[0]));
    }
  }

  draw(notes, sent, unread) {
    const count = notes.filter(unread).length;
    $("unread").textContent = count ? `${count} unread` : "All read";
    $("badge").textContent = count;
    $("badge").hidden = !count;
    $("read-all").disabled = !count;
    document.title = count ? `(${count}) Notifications` : "Notifications";
    $("empty").hidden = notes.length > 0;
    $("sent-empty").hidden = sent.length > 0;
    this.#list($("notes"), "inbox", notes, (row, note) => this.#inboxRow(row, note, unread(note)));
    this.#list($("sent"), "sent", sent, (row, note) => this.#sentRow(row, note));
    this.#tell();
  }

  // list keeps a row for each notification, newest first; rows that are there stay, so that
  // the focus does.
  #list(ul, name, notes, fill) {
    const kept = new Set(notes.map((n) => `${name} ${n.id}`));
    for (const [key, row] of this.#rows) {
      if (key.startsWith(name) && !kept.has(key)) {
        row.remove();
        this.#rows.delete(key);
      }
    }
    notes.forEach((note, i) => {
      const key = `${name} ${note.id}`;
      const row = this.#rows.get(key) ?? part("li", "");
      if (!this.#rows.has(key)) ul.insertBefore(row, ul.children[i] ?? null);
      this.#rows.set(key, row);
      fill(row, note);
    });
  }

  #inboxRow(row, note, unread) {
    if (!row.firstChild) {
      const from = this.#people.get(note.from).name;
      const words = part("div", "words");
      const meta = part("p", "meta");
      meta.append(part("b", "", from), " ", time(note.time));
      words.append(part("h3", "", note.title), meta);
      if (note.text) words.append(part("p", "text", note.text));
      const tag = part("span", "tag " + note.kind, kinds[note.kind]);
      tag.prepend(icon(note.kind));
      meta.append(tag);
      row.append(avatar(note.from, from), words);
      const b = button(row, "Mark as read", () => this.#on.read(note.id));
      b.className = "button check";
    }
    row.classList.toggle("new", unread);
    row.querySelector(".check").hidden = !unread;
  }

  #sentRow(row, note) {
    if (!row.firstChild) {
      const to = this.#people.get(note.to).name;
      const words = part("div", "words");
      words.append(part("h3", "", note.title), part("p", "meta"));
      row.append(avatar(note.to, to), words);
    }
    const meta = row.querySelector(".meta");
    const name = this.#people.get(note.to).name.split(" ")[0];
    row.classList.toggle("done", Boolean(note.readAt));
    if (!note.readAt) meta.replaceChildren(`${name} has not read it · `, time(note.time));
    else meta.replaceChildren(icon("check"), `Read by ${name} on a ${note.readOn}, after ${span(note.readAt - note.time)}`);
  }

  async #send() {
    const draft = { to: [...this.#to], kind: this.#kind, title: $("title").value, text: $("text").value };
    $("submit").disabled = true;
    const fault = await this.#on.send(draft);
    $("submit").disabled = false;
    $("fault").textContent = fault;
    if (fault) return;
    $("title").value = $("text").value = "";
  }

  #choose(kind) {
    this.#kind = kind;
    for (const b of $("kinds").children) b.setAttribute("aria-pressed", String(b.dataset.kind === kind));
  }

  // On a phone there is one section at a time.
  #tab(name) {
    $("office").dataset.tab = name;
    for (const tab of ["inbox", "send"]) $("tab-" + tab).setAttribute("aria-pressed", String(tab === name));
  }

  // tell brings the times up to date.
  #tell() {
    for (const e of document.querySelectorAll("time")) e.textContent = ago(Number(e.dataset.time));
  }
}

function part(tag, className, text = "") {
  const e = document.createElement(tag);
  e.className = className;
  e.textContent = text;
  return e;
}

function button(parent, text, press) {
  const b = parent.appendChild(part("button", "", text));
  b.type = "button";
  b.onclick = press;
  return b;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("aria-hidden", "true");
  svg.appendChild(document.createElementNS(svg.namespaceURI, "use")).setAttribute("href", "#i-" + name);
  return svg;
}

function avatar(id, name) {
  const e = part("i", "avatar " + id, initials(name));
  e.setAttribute("aria-hidden", "true");
  return e;
}

function initials(name) {
  return name.split(" ").map((word) => word[0]).join("");
}

function time(ms) {
  const e = part("time", "", ago(ms));
  e.dataset.time = ms;
  e.dateTime = new Date(ms).toISOString();
  return e;
}

function ago(ms) {
  const minutes = Math.floor((Date.now() - ms) / 60_000);
  if (minutes < 1) return "just now";
  return minutes < 60 ? `${minutes} min ago` : new Date(ms).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
}

function span(ms) {
  const seconds = Math.max(ms / 1000, 0);
  if (seconds < 60) return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
  return seconds < 3600 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
