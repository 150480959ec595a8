// charts.js draws on canvases, in the colours of the style sheet.

// size gives a canvas the pixels of the screen, and returns its context and its size in
// those of the page.
function size(canvas) {
  const { clientWidth: w, clientHeight: h } = canvas;
  const fine = devicePixelRatio || 1;
  if (canvas.width !== Math.round(w * fine) || canvas.height !== Math.round(h * fine)) {
    canvas.width = Math.round(w * fine);
    canvas.height = Math.round(h * fine);
  }
  const c = canvas.getContext("2d");
  c.setTransform(fine, 0, 0, fine, 0, 0);
  c.clearRect(0, 0, w, h);
  return { c, w, h };
}

const style = getComputedStyle(document.documentElement); // alive: it follows the colour scheme
const colour = (name) => style.getPropertyValue("--" + name).trim();

// trace is the path of values; x and y say where one is.
function trace(c, values, x, y) {
  c.beginPath();
  values.forEach((v, i) => c.lineTo(x(i), y(v)));
}

function fill(c, values, x, y, bottom, ink) {
  trace(c, values, x, y);
  c.lineTo(x(values.length - 1), bottom);
  c.lineTo(x(0), bottom);
  const shade = c.createLinearGradient(0, 0, 0, bottom);
  shade.addColorStop(0, ink + "3a");
  shade.addColorStop(1, ink + "00");
  c.fillStyle = shade;
  c.fill();
}

// sparkline is the chart in a row.
export function sparkline(canvas, { past, open }) {
  if (!canvas.style.width) {
    canvas.style.width = "100%";
    canvas.style.height = "28px";
  }
  const { c, w, h } = size(canvas);
  const values = past.slice(-80);
  const low = Math.min(...values);
  const high = Math.max(...values);
  const x = (i) => 1 + (i / 79) * (w - 2);
  const y = (v) => h - 3 - ((v - low) / (high - low || 1)) * (h - 6);
  const ink = colour(values.at(-1) < open ? "down" : "up");
  fill(c, values, x, y, h, ink);
  trace(c, values, x, y);
  c.lineWidth = 1.4;
  c.lineJoin = "round";
  c.strokeStyle = ink;
  c.stroke();
}

// priceChart is the large one, with lines to read prices by.
export function priceChart(canvas, { past, open }) {
  const { c, w, h } = size(canvas);
  const right = 62; // for the prices
  const low = Math.min(...past, open);
  const high = Math.max(...past, open);
  const pad = (high - low) * 0.08 || 1;
  const x = (i) => (i / 239) * (w - right);
  const y = (v) => h - 8 - ((v - low + pad) / (high - low + 2 * pad)) * (h - 16);
  const ink = colour(past.at(-1) < open ? "down" : "up");

  c.font = "12px " + colour("font");
  c.textBaseline = "middle";
  c.lineWidth = 1;
  const last = past.at(-1);
  for (const price of marks(low, high, h / 60)) {
    c.strokeStyle = colour("grid");
    line(c, 0, y(price), w - right, []);
    if (Math.abs(y(price) - y(last)) < 18) continue; // the price of now stands there
    c.fillStyle = colour("soft");
    c.fillText((price / 100).toFixed(2), w - right + 8, y(price));
  }
  c.strokeStyle = colour("soft");
  line(c, 0, y(open), w - right, [2, 4]);

  fill(c, past, x, y, h, ink);
  trace(c, past, x, y);
  c.lineWidth = 2;
  c.lineJoin = "round";
  c.strokeStyle = ink;
  c.stroke();

  c.fillStyle = ink;
  c.beginPath();
  c.arc(x(past.length - 1), y(last), 4, 0, 7);
  c.fill();
  c.beginPath();
  c.roundRect(w - right + 2, y(last) - 11, right - 2, 22, 6);
  c.fill();
  c.fillStyle = colour("paper");
  c.font = "600 12px " + colour("font");
  c.fillText((last / 100).toFixed(2), w - right + 8, y(last) + 0.5);
}

function line(c, from, y, to, dash) {
  c.setLineDash(dash);
  c.beginPath();
  c.moveTo(from, Math.round(y) + 0.5);
  c.lineTo(to, Math.round(y) + 0.5);
  c.stroke();
  c.setLineDash([]);
}

// marks returns about n round numbers between two.
function marks(low, high, n) {
  const rough = (high - low || 1) / Math.max(n, 2);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const all = [];
  for (let v = Math.ceil(low / step) * step; v <= high; v += step) all.push(v);
  return all;
}

// delayChart shows the last minute's delays, each a bar.
export function delayChart(canvas, delays) {
  const { c, w, h } = size(canvas);
  const top = Math.max(2, ...delays);
  const wide = w / 120;
  c.strokeStyle = colour("grid");
  line(c, 0, h - 1.5, w, []);
  delays.forEach((delay, i) => {
    const tall = Math.max((delay / top) * (h - 16), 1);
    c.fillStyle = colour(delay > 2 ? "down" : "accent");
    c.fillRect(w - (delays.length - i) * wide, h - 1 - tall, Math.max(wide - 1.5, 1), tall);
  });
  c.font = "12px " + colour("font");
  c.fillStyle = colour("soft");
  c.textBaseline = "top";
  c.fillText(`${top.toFixed(0)} s`, 0, 0);
}
