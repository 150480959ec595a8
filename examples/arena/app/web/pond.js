// pond.js draws the pond: a moment behind the newest frame, so that there is nearly always
// one more to move towards, and the boats glide whatever frames were left out.

const $ = (id) => document.getElementById(id);
const behind = 100; // milliseconds
const style = getComputedStyle(document.documentElement); // alive: it follows the colour scheme
const colour = (name) => style.getPropertyValue("--" + name).trim();

export class Pond {
  boats = new Map(); // slot → {name, bot}
  you = -1;
  #scene = 1000;
  #rate = 30;
  #frames = []; // the last ones, oldest first
  #start = Infinity; // when step 0 would have come, had it come as fast as the fastest frame
  #wakes = new Map(); // slot → places of the last moments
  #cheers = []; // {slot, text, since}
  #scale = 1;
  #now = new Map(); // slot → where a boat is drawn
  #still = {}; // water and light, painted once for their size and colours

  constructor() {
    const draw = () => {
      requestAnimationFrame(draw);
      if (this.#frames.length) this.#draw(performance.now());
    };
    requestAnimationFrame(draw);
  }

  begin({ scene, rate }) {
    this.#scene = scene;
    this.#rate = rate;
    this.#frames = [];
    this.#start = Infinity;
    this.#wakes.clear();
  }

  take(frame) {
    if (frame.step <= this.#frames.at(-1)?.step) return;
    const start = performance.now() - (frame.step * 1000) / this.#rate;
    // What the network adds may grow: then the past is taken for a little later.
    this.#start = Math.min(this.#start + 0.5, start);
    this.#frames.push(frame);
    if (this.#frames.length > 20) this.#frames.shift();
  }

  cheer(slot, text) {
    this.#cheers.push({ slot, text, since: performance.now() });
  }

  own() {
    return this.#now.get(this.you);
  }

  // place turns a place of the page into one of the pond.
  place(event) {
    const box = $("canvas").getBoundingClientRect();
    const half = this.#scene / 2;
    return {
      x: (event.clientX - box.left - box.width / 2) / this.#scale + half,
      y: (event.clientY - box.top - box.height / 2) / this.#scale + half,
    };
  }

  // describe says where boats are for those who cannot see it.
  describe() {
    const last = this.#frames.at(-1);
    if (!last) return;
    const where = [...last.boats].map(([slot, b]) => `${this.boats.get(slot)?.name} at ${Math.round(b.x)}, ${Math.round(b.y)}`);
    $("canvas").textContent = where.join("; ");
  }

  // between returns the boats as they were at a moment.
  #between(now) {
    const step = ((now - behind - this.#start) / 1000) * this.#rate;
    const next = this.#frames.findIndex((f) => f.step > step);
    if (next <= 0) return this.#frames.at(next).boats; // the first, or none is newer than that moment
    const [a, b] = [this.#frames[next - 1], this.#frames[next]];
    const part = (step - a.step) / (b.step - a.step);
    const all = new Map();
    for (const [slot, to] of b.boats) {
      const from = a.boats.get(slot) ?? to;
      const jump = Math.hypot(to.x - from.x, to.y - from.y) > 200; // another boat has its slot
      const turn = Math.atan2(Math.sin(to.heading - from.heading), Math.cos(to.heading - from.heading));
      const mix = (p, q) => (jump ? q : p + (q - p) * part);
      all.set(slot, { ...to, x: mix(from.x, to.x), y: mix(from.y, to.y), heading: from.heading + turn * part });
    }
    return all;
  }

  #draw(now) {
    const canvas = $("canvas");
    const { clientWidth: w, clientHeight: h } = canvas;
    const fine = devicePixelRatio || 1;
    if (canvas.width !== Math.round(w * fine) || canvas.height !== Math.round(h * fine)) {
      canvas.width = Math.round(w * fine);
      canvas.height = Math.round(h * fine);
    }
    const c = canvas.getContext("2d");
    this.#scale = (Math.min(w, h) - 24) / this.#scene;
    const shift = (size) => (fine * (size - this.#scene * this.#scale)) / 2;
    c.setTransform(1, 0, 0, 1, 0, 0);
    c.clearRect(0, 0, canvas.width, canvas.height);
    c.setTransform(fine * this.#scale, 0, 0, fine * this.#scale, shift(w), shift(h));
    this.#now = this.#between(now);
    this.#paint(fine * this.#scale);
    c.drawImage(this.#still.water, 0, 0, this.#scene, this.#scene);
    this.#lights(c, now);
    for (const [slot, boat] of this.#now) this.#wake(c, slot, boat);
    for (const [slot, boat] of this.#now) this.#boat(c, slot, boat);
    this.#labels(c, now);
  }

  // paint paints what does not change from one picture to the next: gradients are slow.
  #paint(scale) {
    const key = `${scale} ${colour("water")}`;
    if (this.#still.key === key) return;
    const make = (size, draw) => {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = Math.ceil(size * scale);
      const c = canvas.getContext("2d");
      c.scale(canvas.width / size, canvas.width / size);
      draw(c);
      return canvas;
    };
    this.#still = { key, water: make(this.#scene, (c) => this.#water(c)), light: make(80, light) };
  }

  #water(c) {
    const half = this.#scene / 2;
    const shade = c.createRadialGradient(half, half, 0, half, half, half);
    shade.addColorStop(0, colour("water"));
    shade.addColorStop(1, colour("deep"));
    c.fillStyle = shade;
    c.beginPath();
    c.arc(half, half, half, 0, 7);
    c.fill();
    c.strokeStyle = colour("ring");
    for (const [part, wide] of [[0.25, 1], [0.5, 1], [0.75, 1], [1, 4]]) {
      c.lineWidth = wide;
      c.beginPath();
      c.arc(half, half, half * part - wide / 2, 0, 7);
      c.stroke();
    }
  }

  #lights(c, now) {
    for (const [i, { x, y }] of this.#frames.at(-1).lights.entries()) {
      const half = 40 + 3 * Math.sin(now / 300 + i);
      c.drawImage(this.#still.light, x - half, y - half, 2 * half, 2 * half);
    }
  }

  // wake is the trace of a boat.
  #wake(c, slot, { x, y }) {
    const wake = this.#wakes.get(slot) ?? [];
    this.#wakes.set(slot, wake);
    const last = wake.at(-1);
    if (last && Math.hypot(x - last.x, y - last.y) > 150) wake.length = 0;
    wake.push({ x, y });
    if (wake.length > 36) wake.shift();
    c.strokeStyle = colour("boat-" + slot);
    c.lineCap = "round";
    for (let i = 1; i < wake.length; i++) {
      c.globalAlpha = (0.34 * i) / wake.length;
      c.lineWidth = 4 + (20 * i) / wake.length;
      c.beginPath();
      c.moveTo(wake[i - 1].x, wake[i - 1].y);
      c.lineTo(wake[i].x, wake[i].y);
      c.stroke();
    }
    c.globalAlpha = 1;
  }

  #boat(c, slot, { x, y, heading, away }) {
    c.save();
    c.translate(x, y);
    if (slot === this.you) {
      c.strokeStyle = colour("boat-" + slot);
      c.globalAlpha = 0.5;
      c.lineWidth = 3;
      c.beginPath();
      c.arc(0, 0, 36, 0, 7);
      c.stroke();
    }
    c.rotate(heading);
    c.globalAlpha = away ? 0.3 : 1;
    c.fillStyle = colour("boat-" + slot);
    c.strokeStyle = colour("paper");
    c.lineWidth = 3;
    c.lineJoin = "round";
    c.beginPath();
    c.moveTo(28, 0);
    c.quadraticCurveTo(4, 17, -20, 18);
    c.quadraticCurveTo(-11, 0, -20, -18);
    c.quadraticCurveTo(4, -17, 28, 0);
    c.fill();
    c.stroke();
    c.restore();
  }

  #labels(c, now) {
    const size = Math.max(20, 12 / this.#scale);
    c.textAlign = "center";
    c.font = `600 ${size}px ${colour("font")}`;
    for (const [slot, { x, y, away }] of this.#now) {
      const boat = this.boats.get(slot);
      if (!boat) continue;
      c.fillStyle = colour(boat.bot ? "soft" : "ink");
      c.fillText(away ? boat.name + " …" : boat.name, x, y - 40);
    }
    this.#cheers = this.#cheers.filter((cheer) => now - cheer.since < 900);
    c.font = `700 ${1.2 * size}px ${colour("font")}`;
    for (const { slot, text, since } of this.#cheers) {
      const boat = this.#now.get(slot);
      if (!boat) continue;
      const age = (now - since) / 900;
      c.globalAlpha = 1 - age;
      c.fillStyle = colour("light");
      c.fillText(text, boat.x, boat.y - 62 - 30 * age);
    }
    c.globalAlpha = 1;
  }
}

// light paints a light in a square of 80.
function light(c) {
  const shine = c.createRadialGradient(40, 40, 0, 40, 40, 32);
  shine.addColorStop(0, colour("glow") + "aa");
  shine.addColorStop(1, colour("glow") + "00");
  c.fillStyle = shine;
  c.fillRect(0, 0, 80, 80);
  c.fillStyle = colour("light");
  c.beginPath();
  c.arc(40, 40, 9, 0, 7);
  c.fill();
}
