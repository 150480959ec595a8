// The bundled client in Chromium, on a page with a strict policy: page.mjs <url>. Each line that it prints is a case.
import { chromium } from "playwright-core";

const [url] = process.argv.slice(2);

// What the page lacks, and the transports that the client may use.
const cases = {
  websocket: { transports: ["websocket"] },
  sse: { transports: ["sse"] },
  polling: { transports: ["polling"] },
  race: { transports: ["websocket", "sse", "polling"] },
  upgrade: { transports: ["polling", "websocket"], final: "websocket" },
  "sse by XMLHttpRequest": { transports: ["sse"], without: ["EventSource"] },
  "neither WebSocket nor EventSource": { without: ["WebSocket", "EventSource"], final: "sse" },
  "no more than ten years ago": {
    transports: ["polling"], bare: true,
    without: ["WebSocket", "EventSource", "ArrayBuffer", "Uint8Array", "Blob", "DataView", "fetch"],
  },
};

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
for (const [name, c] of Object.entries(cases)) {
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", (err) => problems.push(String(err)));
  page.on("console", (m) => m.type() === "error" && problems.push(m.text()));
  await page.goto(url);
  const result = await page.evaluate(run, c).catch((err) => ({ error: String(err) }));
  await page.close({ runBeforeUnload: true });
  console.log(JSON.stringify({ name, want: c.final ?? c.transports[0], problems, ...result }));
}
await browser.close();

// run is run in the page.
async function run(c) {
  const held = { Uint8Array, Blob, Promise, ArrayBuffer };
  for (const key of c.without ?? []) {
    try { window[key] = undefined; } catch {}
    if (window[key] !== undefined) Object.defineProperty(window, key, { value: undefined });
  }
  await new held.Promise((done, fail) => { // with all that is missing
    const script = document.createElement("script");
    script.src = "/socket.io/socket.io.min.js";
    script.onload = done;
    script.onerror = fail;
    document.head.append(script);
  });
  const wrong = [];
  const socket = window.io({ transports: c.transports, rememberUpgrade: false });
  await new held.Promise((done, fail) => {
    socket.on("connect", done);
    socket.on("connect_error", fail);
  });
  const ask = (...args) => new held.Promise((done) => socket.emit("same", ...args, (...got) => done(got)));
  for (const text of ["plain", "", "line\r\nline\rline\n", "Grüße 👋 👩‍👩‍👧", "\u2028\u2029\u0000\u001e\ufeff", "x".repeat(100_000)]) {
    const [got] = await ask(text);
    if (got !== text) wrong.push(`text ${JSON.stringify(text.slice(0, 20))}: ${JSON.stringify(String(got).slice(0, 40))}`);
  }
  const nested = { "": false, a: [1, { b: null }] };
  if (JSON.stringify(await ask(nested, 2)) !== JSON.stringify([nested, 2])) wrong.push("nested");
  if (!c.bare) {
    const bytes = new held.Uint8Array(300).map((_, i) => i);
    for (const form of [bytes, bytes.buffer, new held.Blob([bytes])]) {
      const [{ deep: [got] }, tail] = await ask({ deep: [form] }, "tail");
      if (!(got instanceof held.ArrayBuffer) || String(new held.Uint8Array(got)) !== String(bytes) || tail !== "tail") wrong.push(`binary ${form}`);
    }
  }
  const order = [];
  const all = new held.Promise((done) => socket.on("number", (n) => order.push(n) === 1000 && done()));
  for (let n = 0; n < 1000; n++) socket.emit("number", n);
  await all;
  if (order.some((n, i) => n !== i)) wrong.push("order");
  for (let i = 0; i < 60 && c.final && socket.io.engine.transport.name !== c.final; i++) await new held.Promise((done) => setTimeout(done, 50));
  return { id: socket.id, transport: socket.io.engine.transport.name, wrong };
}
