// paper.js is the sheet on the screen: it draws strokes and hands, and turns what the
// fingers do into points of the sheet.

const $ = (id) => document.getElementById(id);
const width = 6400; // as in events.go
const height = 4000;
const wide = { pen: 20, marker: 120 };
const style = getComputedStyle(document.documentElement); // alive: it follows the colour scheme
const colour = (name) => style.getPropertyValue("--" + name).trim();

export class Paper {
  strokes = new Map(); // id → {id, n, pen, colour, points}
  people = new Map();
  you = "";
  erasing = false;
  #on;
  #view = { scale: 1, x: 0, y: 0 }; // where the sheet is, in pixels of the page
  #hands = new Map(); // id → {element, x, y, timer}
  #frame = 0;
  #idle = 0;

  // on.begin, extend and end hear of a stroke, erase and moved of what else a hand does.
  constructor(on) {
    this.#on = on;
    new ResizeObserver(() => this.fit()).observe($("desk"));
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.refresh());
    this.#listen($("canvas"));
  }

  // fit shows the whole sheet, or on a narrow screen as much of it as is large enough to
  // draw on.
  fit() {
    const { clientWidth: w, clientHeight: h } = $("desk");
    const scale = Math.max(Math.min((w - 32) / width, (h - 32) / height), 0.115);
    this.#view = { scale, x: (w - width * scale) / 2, y: (h - height * scale) / 2 };
    this.refresh();
  }

  refresh() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
    clearTimeout(this.#idle);
    $("canvas").textContent = "";
    this.#idle = setTimeout(() => this.#describe(), 200);
  }

  #draw() {
    this.#frame = 0;
    const canvas = $("canvas");
    const { clientWidth: w, clientHeight: h } = canvas;
    const fine = devicePixelRatio || 1;
    if (canvas.width !== Math.round(w * fine) || canvas.height !== Math.round(h * fine)) {
      canvas.width = Math.round(w * fine);
      canvas.height = Math.round(h * fine);
    }
    const { scale, x, y } = this.#view;
    const c = canvas.getContext("2d");
    c.setTransform(fine, 0, 0, fine, 0, 0);
    c.clearRect(0, 0, w, h);
    c.setTransform(fine * scale, 0, 0, fine * scale, fine * x, fine * y);
    this.#sheet(c);
    c.lineCap = c.lineJoin = "round";
    for (const stroke of [...this.strokes.values()].sort((a, b) => a.n - b.n)) {
      c.lineWidth = wide[stroke.pen];
      c.globalAlpha = stroke.pen === "marker" ? 0.38 : 1;
      c.strokeStyle = colour("ink-" + stroke.colour);
      trace(c, stroke.points);
    }
    c.globalAlpha = 1;
    for (const hand of this.#hands.values()) this.#place(hand);
  }

  #sheet(c) {
    c.fillStyle = colour("sheet");
    c.strokeStyle = colour("rule");
    c.lineWidth = 10;
    c.beginPath();
    c.roundRect(0, 0, width, height, 60);
    c.fill();
    c.stroke();
    c.fillStyle = colour("dots");
    c.beginPath();
    for (let y = 200; y < height; y += 200) {
      for (let x = 200; x < width; x += 200) c.rect(x - 6, y - 6, 12, 12);
    }
    c.fill();
  }

  // describe says what is on the sheet for those who cannot see it: two sheets with the same
  // words are the same.
  #describe() {
    let sum = 0;
    let points = 0;
    for (const id of [...this.strokes.keys()].sort()) {
      for (const v of this.strokes.get(id).points) sum = (Math.imul(sum, 31) + v) | 0;
      points += this.strokes.get(id).points.length / 2;
    }
    $("canvas").textContent = `${this.strokes.size} strokes, ${points} points, ${(sum >>> 0).toString(16)}`;
  }

  // ---- hands

  hand({ who, x, y }) {
    const person = this.people.get(who);
    if (!person) return;
    const hand = this.#hands.get(who) ?? this.#makeHand(who);
    Object.assign(hand, { x, y });
    hand.label.textContent = person.name;
    hand.label.style.background = hand.arrow.style.fill = `var(--hand-${person.colour})`;
    clearTimeout(hand.timer);
    const away = () => hand.element.classList.add("away");
    hand.element.classList.toggle("away", x < 0);
    hand.timer = setTimeout(away, 8000);
    this.#place(hand);
  }

  #makeHand(who) {
    const element = $("hands").appendChild(document.createElement("div"));
    element.className = "hand";
    const arrow = element.appendChild(document.createElementNS("http://www.w3.org/2000/svg", "svg"));
    arrow.setAttribute("viewBox", "0 0 18 18");
    arrow.appendChild(document.createElementNS(arrow.namespaceURI, "path")).setAttribute("d", "M1.5 1.5 15 7.2 9 9 7 15z");
    const hand = { element, arrow, label: element.appendChild(document.createElement("span")) };
    this.#hands.set(who, hand);
    return hand;
  }

  #place({ element, x, y }) {
    const { scale, x: left, y: top } = this.#view;
    element.style.transform = `translate(${left + x * scale}px, ${top + y * scale}px)`;
  }

  // sweep removes the hands of those who are gone.
  sweep() {
    for (const [who, hand] of this.#hands) {
      if (this.people.has(who)) continue;
      hand.element.remove();
      this.#hands.delete(who);
    }
  }

  // ---- fingers

  #listen(canvas) {
    const down = new Map(); // pointer → {x, y}: where it was last
    let stroke; // id of that being drawn
    const finish = () => {
      if (stroke) this.#on.end(stroke);
      stroke = undefined;
    };
    canvas.addEventListener("pointerdown", (e) => {
      if (e.button > 0) return;
      canvas.setPointerCapture(e.pointerId);
      down.set(e.pointerId, { x: e.clientX, y: e.clientY });
      if (down.size > 1) { // the second finger: the first was no stroke
        if (stroke) this.#on.erase([stroke]);
        stroke = undefined;
      } else if (this.erasing) this.#rub(e);
      else stroke = this.#on.begin(this.#point(e));
    });
    canvas.addEventListener("pointermove", (e) => {
      const was = down.get(e.pointerId);
      this.#on.moved(...this.#point(e));
      if (!was) return;
      if (down.size > 1) this.#pinch(down, e);
      else if (this.erasing) this.#rub(e);
      else if (stroke && !this.#stretch(stroke, e)) {
        finish();
        stroke = this.#on.begin(this.#point(e)); // it was full
      }
      down.set(e.pointerId, { x: e.clientX, y: e.clientY });
    });
    for (const type of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(type, (e) => {
        down.delete(e.pointerId);
        finish();
        if (e.pointerType === "touch") this.#on.moved(-1, -1);
      });
    }
    canvas.addEventListener("pointerleave", () => this.#on.moved(-1, -1));
    canvas.addEventListener("wheel", (e) => this.#wheel(e), { passive: false });
  }

  // stretch adds what the hand did since, as finely as the browser knows it.
  #stretch(id, e) {
    const all = e.getCoalescedEvents?.() ?? [];
    for (const one of all.length ? all : [e]) {
      const { points } = this.strokes.get(id) ?? { points: [] };
      const [x, y] = this.#point(one);
      if (Math.hypot(x - points.at(-2), y - points.at(-1)) < 8) continue; // the hand trembles
      if (!this.#on.extend(id, [x, y])) return false;
    }
    return true;
  }

  // rub erases the strokes below the hand.
  #rub(e) {
    const [x, y] = this.#point(e);
    const hit = [...this.strokes.values()].filter(({ pen, points }) => distance(points, x, y) < wide[pen] / 2 + 50);
    this.#on.erase(hit.map((stroke) => stroke.id));
  }

  #point(e) {
    const box = $("canvas").getBoundingClientRect();
    const { scale, x, y } = this.#view;
    const within = (v, most) => Math.max(0, Math.min(most, Math.round(v / scale)));
    return [within(e.clientX - box.left - x, width), within(e.clientY - box.top - y, height)];
  }

  #pinch(down, e) {
    const [a, b] = [...down.keys()];
    const other = down.get(e.pointerId === a ? b : a);
    const was = down.get(e.pointerId);
    const grown = Math.hypot(e.clientX - other.x, e.clientY - other.y) / Math.max(Math.hypot(was.x - other.x, was.y - other.y), 1);
    this.#zoom(grown, (e.clientX + other.x) / 2, (e.clientY + other.y) / 2, (e.clientX - was.x) / 2, (e.clientY - was.y) / 2);
  }

  #wheel(e) {
    e.preventDefault();
    if (e.ctrlKey) this.#zoom(Math.exp(-e.deltaY / 200), e.clientX, e.clientY);
    else this.#zoom(1, 0, 0, -e.deltaX, -e.deltaY);
  }

  #zoom(grown, atX, atY, dx = 0, dy = 0) {
    const box = $("canvas").getBoundingClientRect();
    const v = this.#view;
    const scale = Math.max(0.04, Math.min(1.5, v.scale * grown));
    const keep = (at, from) => at - ((at - from) * scale) / v.scale;
    this.#view = { scale, x: keep(atX - box.left, v.x) + dx, y: keep(atY - box.top, v.y) + dy };
    this.refresh();
  }
}

// trace draws a line through the middles between its points: smooth, whatever the hand did.
function trace(c, points) {
  c.beginPath();
  c.moveTo(points[0], points[1]);
  for (let i = 2; i + 3 < points.length; i += 2) {
    c.quadraticCurveTo(points[i], points[i + 1], (points[i] + points[i + 2]) / 2, (points[i + 1] + points[i + 3]) / 2);
  }
  c.lineTo(points.at(-2), points.at(-1));
  c.stroke();
}

// distance from a place to the nearest part of a line.
function distance(points, x, y) {
  let least = Math.hypot(points[0] - x, points[1] - y);
  for (let i = 2; i < points.length; i += 2) {
    const [ax, ay, bx, by] = points.slice(i - 2, i + 2);
    const long = (bx - ax) ** 2 + (by - ay) ** 2 || 1;
    const t = Math.max(0, Math.min(1, ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long));
    least = Math.min(least, Math.hypot(ax + t * (bx - ax) - x, ay + t * (by - ay) - y));
  }
  return least;
}
