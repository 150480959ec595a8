// The official server and client in one process, with numbered messages both ways:
//   official.mjs <defaults | recovery> <websocket | upgrade> <messages a second>
// Prints the port of the server, reads the address that the client shall use, prints "connected" when it is, and sends
// until it reads "end". Then it waits for what is under way and prints what arrived. It exits with its standard input.
import http from "node:http";
import readline from "node:readline";
import { once } from "node:events";
import { Server } from "socket.io";
import { io as connect } from "socket.io-client";

const [settings, transport, rate] = process.argv.slice(2);
const callEvery = 50;
const binaryEvery = 10;
// How long the end is waited for: all has been quiet for so long, or so long in all.
const quiet = 1500;
const patience = 8000;

const isCall = (n) => n % callEvery === callEvery - 1;
const content = (n) => String(n) + ".".repeat(80 + (n % 17));
const body = (n) => (n % binaryEvery === binaryEvery / 2 ? Buffer.from(content(n)) : content(n));

// Ledger keeps account of one direction. Calls have no place in the order, as with ours.
class Ledger {
  seen = new Set();
  sentAt = [];
  highest = -1;
  count = { received: 0, distinct: 0, doubled: 0, disordered: 0, damaged: 0, sent: 0, asked: 0, answered: 0, slowest: 0 };

  take(n, text, ack) {
    const { count, seen } = this;
    if (text.toString() !== content(n)) return count.damaged++;
    count.received++;
    if (seen.has(n)) count.doubled++;
    else if (!isCall(n) && n < this.highest) count.disordered++;
    if (!seen.has(n)) count.slowest = Math.max(count.slowest, Math.round(performance.now() - this.sentAt[n]));
    seen.add(n);
    if (!isCall(n)) this.highest = Math.max(this.highest, n);
    count.distinct = seen.size;
    if (typeof ack === "function") ack(n); // with recovery, messages carry their offset last
  }

  // due sends what is due by now. emit(n, body, ack) gets an ack for calls only.
  due(since, emit) {
    const { count } = this;
    while (count.sent < Math.floor(((performance.now() - since) / 1000) * rate)) {
      const n = count.sent++;
      this.sentAt.push(performance.now());
      if (!isCall(n)) {
        emit(n, body(n));
        continue;
      }
      count.asked++;
      emit(n, body(n), (answer) => (count.answered += answer === n));
    }
  }
}

const input = readline.createInterface({ input: process.stdin })[Symbol.asyncIterator]();
process.stdin.on("end", () => process.exit(0));

const [up, down] = [new Ledger(), new Ledger()];
const web = http.createServer();
const server = new Server(web, settings === "recovery" ? { connectionStateRecovery: {} } : {});
let peer; // the last socket of the server
server.on("connection", (socket) => {
  peer = socket;
  socket.on("message", (...args) => up.take(...args));
});
web.listen(0, "127.0.0.1");
await once(web, "listening");
console.log(web.address().port);

const socket = connect((await input.next()).value, transport === "websocket" ? { transports: ["websocket"] } : {});
let [connects, disconnects] = [0, 0];
socket.on("connect", () => connects++);
socket.on("disconnect", () => disconnects++);
socket.on("message", (...args) => down.take(...args));
await once(socket, "connect");
console.log("connected");

const since = performance.now();
const sender = setInterval(() => {
  up.due(since, (n, ...rest) => socket.emit("message", n, ...rest));
  // To all, who are one, so that a message is kept for a client that is not there, where the server can do that. Calls
  // are for one socket, the last that there was.
  down.due(since, (n, what, ack) => {
    if (ack) peer.emit("message", n, what, ack);
    else server.emit("message", n, what);
  });
}, 2);
await input.next();
clearInterval(sender);

let [arrived, changed] = [-1, performance.now()];
const end = performance.now() + patience;
while (performance.now() < Math.min(end, changed + quiet) || (!socket.connected && performance.now() < end)) {
  await new Promise((resolve) => setTimeout(resolve, 20));
  const now = up.count.received + down.count.received + up.count.answered + down.count.answered;
  if (now !== arrived) [arrived, changed] = [now, performance.now()];
}
console.log(JSON.stringify({ up: up.count, down: down.count, connects, disconnects }));
