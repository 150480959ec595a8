// What the official client sees: client.mjs <url> <control url> <polling | websocket | upgrade> [step…]
// Without steps it takes echo, order, silence and restart. EVERWIRE_CA names a file with the certificate that it trusts,
// EVERWIRE_ORIGIN is the origin of the page that it plays. Prints one JSON object; what failed is missing in
// it, and `error` says why.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { control, many, mode, next, session, within } from "../clients/harness.mjs";

const messages = 200;
const report = {};
const steps = { echo, order, silence, restart, large };
const asked = process.argv.length > 5 ? process.argv.slice(5) : ["echo", "order", "silence", "restart"];

const ca = process.env.EVERWIRE_CA && readFileSync(process.env.EVERWIRE_CA);
const origin = process.env.EVERWIRE_ORIGIN;
const manager = session({
  ca,
  extraHeaders: origin && { origin },
  withCredentials: true,
  reconnection: true,
  reconnectionDelay: 100,
  reconnectionDelayMax: 300,
});
const socket = manager.socket("/", { ackTimeout: 8000 });

// describe is an error as the application can see it: its text, and what HTTP said.
function describe(err) {
  const http = err.context?.status && `HTTP ${err.context.status} ${err.context.responseText}`;
  const detail = err.description?.message ?? (typeof err.description === "object" ? undefined : err.description);
  return [err.message, http ?? detail].filter((part) => part !== undefined).join(": ");
}

// The outcome of the upgrade: an error, or undefined.
let upgrade;
manager.on("open", () => {
  upgrade = new Promise((resolve) => {
    manager.engine.once("upgrade", () => resolve());
    manager.engine.once("upgradeError", resolve);
  });
});

async function settled() {
  if (mode !== "upgrade") return;
  const err = await within(upgrade, 8000, "the end of the upgrade");
  if (err) report.upgradeError = describe(err);
}

async function connect() {
  socket.connect();
  const refused = new Promise((resolve) => {
    // At once: the library empties the answer afterwards.
    socket.once("connect_error", (err) => resolve(describe(err)));
    socket.once("disconnect", (reason, details) => resolve(describe(details)));
  });
  report.refused = await Promise.race([next(socket, "connect").then(() => undefined), refused]);
  if (report.refused) return false;
  await settled();
  report.transport = manager.engine.transport.name;
  return true;
}

async function echo() {
  const bytes = Buffer.from([0, 1, 127, 128, 255]);
  const back = await new Promise((resolve) => {
    socket.emit("echo", "text: ünï 🎉", bytes, (err, ...args) => resolve(err ?? args));
  });
  assert.deepEqual(back, ["text: ünï 🎉", bytes]);
  report.echo = true;
}

async function order() {
  for (let i = 0; i < messages; i++) socket.emit("count", i);
  report.up = await socket.emitWithAck("counted");
  const numbers = many(socket, "number", messages);
  socket.emit("send-numbers", messages);
  report.down = { received: 0, disordered: 0 };
  for (const [i] of await numbers) {
    if (i !== report.down.received++) report.down.disordered++;
  }
}

async function silence() {
  const start = Date.now();
  socket.emit("push-later");
  const sentAt = await Promise.race([next(socket, "pushed").then(([time]) => time), cut()]);
  if (sentAt) Object.assign(report, { silence: Date.now() - start, lag: Date.now() - sentAt });
}

// large sends a message of 1,500,000 bytes, which is more than the server wants by default.
async function large() {
  const end = cut();
  const answer = socket.emitWithAck("say", "x".repeat(1_500_000)).catch(() => end);
  report.large = (await Promise.race([answer, end]))?.length ?? 0;
}

// cut waits until the client is disconnected against its will.
async function cut() {
  const how = new Promise((resolve) => {
    socket.once("disconnect", (reason, details) => resolve(`${reason}: ${details.message ? describe(details) : details}`));
  });
  report.cut = await within(how, 10_000, "an answer, or the end");
}

// restart stops the server until the client has tried in vain to come back.
async function restart() {
  const reason = next(socket, "disconnect");
  const failed = next(socket, "connect_error");
  await within(fetch(`${control}/stop`), 8000, "the end of the server");
  [report.reason] = await reason;
  report.meanwhile = describe((await failed)[0]);
  const connected = next(socket, "connect");
  await within(fetch(`${control}/start`), 8000, "the start of the server");
  await connected;
  await settled();
  assert.equal(await socket.emitWithAck("say", "again"), "again");
  report.again = manager.engine.transport.name;
}

try {
  if (await connect()) {
    for (const step of asked) await steps[step]();
  }
} catch (err) {
  report.error = err.stack;
}
console.log(JSON.stringify(report));
process.exit(0);
