// Order over an upgrade: order.mjs <url> <control url> upgrade <runs> <text | binary>
// Numbered messages go both ways all the time while a session moves from long-polling to WebSocket. A message counts as
// sent "before", "during" or "after" the switch, which lasts from the client's probe to its upgrade packet.
// Prints one JSON line for each run.
import { NodeWebSocket, NodeXHR } from "socket.io-client";
import { extra, next, session, within } from "./harness.mjs";

const [runs, kind] = extra;
const enough = 100; // messages each way and phase
// messages a millisecond: before and after the switch, and from shortly before it
const slow = { up: 1, down: 1 };
const fast = { up: 4, down: 8 };
const atOnce = 5;
// A busy machine lets messages pile up, and a server of ours takes 1,000 packets in one POST.
const largestPost = 800;

const now = () => performance.timeOrigin + performance.now();

// gated returns the official WebSocket transport, but for two things: it opens when told to, and tells when it probes.
function gated() {
  const gate = { switchFrom: Infinity };
  const opened = new Promise((resolve) => (gate.open = resolve));
  gate.Transport = class extends NodeWebSocket {
    async doOpen() {
      await opened;
      super.doOpen();
    }
    onOpen() {
      gate.switchFrom = now();
      super.onOpen();
    }
  };
  return gate;
}

// Tally counts messages by phase and keeps account of their order.
class Tally {
  seen = new Set();
  sentAt = [];
  doubled = 0;
  disordered = 0;
  highest = -1;

  add(i, at, bytes) {
    if (bytes && bytes.toString() !== String(i)) return;
    if (this.seen.has(i)) this.doubled++;
    else if (i < this.highest) this.disordered++;
    this.seen.add(i);
    this.sentAt.push(at);
    this.highest = Math.max(this.highest, i);
  }

  result(total) {
    return { received: this.sentAt.length, lost: total - this.seen.size, doubled: this.doubled, disordered: this.disordered };
  }
}

function phases(times, from, to) {
  const before = times.filter((at) => at < from).length;
  const after = times.filter((at) => at >= to).length;
  return { before, during: times.length - before - after, after };
}

// until waits for the condition; it fails as soon as the socket is gone.
function until(socket, condition, what) {
  const holds = new Promise((resolve, reject) => {
    socket.once("disconnect", (reason, details) => {
      reject(new Error(`${what}: disconnected: ${reason} ${details?.description ?? ""}`));
    });
    const timer = setInterval(() => condition() && resolve(clearInterval(timer)), 1);
  });
  return within(holds, 30_000, what);
}

async function run() {
  const gate = gated();
  const manager = session({ transports: [NodeXHR, gate.Transport] });
  const socket = manager.socket("/");
  const received = new Tally();
  const sent = [];
  let switchTo = Infinity;
  let rate = slow.up;
  const send = () => {
    const i = sent.push(now()) - 1;
    socket.emit("count", i, ...(kind === "binary" && i % 3 === 0 ? [Buffer.from(String(i))] : []));
  };
  const pace = ({ up, down }) => {
    rate = up;
    socket.emit("stream", down, kind === "binary");
  };
  socket.on("number", (...args) => received.add(...args));
  socket.connect();
  await next(socket, "connect");
  const { engine } = manager;
  engine.on("upgrading", () => Array.from({ length: enough }, send));
  engine.on("upgrade", () => (switchTo = now()));

  let last = now();
  const sender = setInterval(() => {
    const due = Math.min(now() - last, 20) * rate;
    last = now();
    for (let i = 0; i < due && engine.writeBuffer.length < largestPost; i++) send();
  }, 1);
  pace(slow);
  await until(socket, () => received.sentAt.length >= enough && sent.length >= enough, "before the switch");
  pace(fast);
  gate.open();
  await until(socket, () => switchTo < Infinity, "the switch");
  pace(slow);
  const afterwards = (times) => times.filter((at) => at >= switchTo).length >= enough;
  await until(socket, () => afterwards(received.sentAt) && afterwards(sent), "after the switch");
  clearInterval(sender);

  const total = await socket.timeout(10_000).emitWithAck("stop");
  const up = await socket.timeout(10_000).emitWithAck("counted", sent.length);
  // What the server sent before its last answer has arrived, if nothing is lost or late.
  const down = received.result(total);
  const transport = engine.transport.name;
  socket.disconnect();
  return {
    transport,
    up: { ...up, ...phases(sent, gate.switchFrom, switchTo) },
    down: { ...down, ...phases(received.sentAt, gate.switchFrom, switchTo) },
  };
}

let started = 0;
async function lane() {
  while (started++ < runs) {
    const line = await run().catch((err) => ({ error: err.stack }));
    console.log(JSON.stringify(line));
  }
}
await Promise.all(Array.from({ length: Math.min(atOnce, runs) }, lane));
process.exit(0);
