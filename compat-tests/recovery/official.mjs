// The official server, unmodified: official.mjs <options as JSON>. It prints {"port": …}, reads commands, a line of JSON
// each, and answers each with {"n": …}. It ends when its standard input does. What it cleans up once a minute is cleaned
// up ten times a second.
import http from "node:http";
import readline from "node:readline";
import { once } from "node:events";

const everyMinute = 60_000;
const original = globalThis.setInterval;
globalThis.setInterval = (f, ms, ...rest) => original(f, ms === everyMinute ? 100 : ms, ...rest);
const { Server } = await import("socket.io");

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const web = http.createServer();
const server = new Server(web, JSON.parse(process.argv[2]));
let id, peer, revoked;
let admitted = 0;
server.use((socket, next) => {
  admitted++;
  next(revoked ? new Error("revoked") : undefined);
});
server.on("connection", (socket) => {
  peer = socket;
  id = socket.id;
  if (!socket.recovered) socket.join("red");
});

const content = (n) => String(n) + ".".repeat(80 + (n % 17));
const body = (n) => (n % 10 === 5 ? Buffer.from(content(n)) : content(n));
const ways = [() => server, () => server.to("red"), () => server.to(id)];

let [sent, since, sender, rate] = [0, 0];
function stream() {
  for (const due = Math.floor(((performance.now() - since) / 1000) * rate); sent < due; sent++) {
    ways[sent % ways.length]().emit("message", sent, body(sent));
  }
}

const commands = {
  all: (...args) => void server.emit(...args),
  room: (...args) => void server.to("red").emit(...args),
  id: (...args) => void server.to(id).emit(...args),
  socket: (...args) => void peer.emit(...args),
  volatile: (...args) => void server.volatile.emit(...args),
  ask: (...args) => void peer.emit(...args, () => {}),
  sockets: () => server.sockets.sockets.size,
  admitted: () => admitted,
  revoke: () => void (revoked = true),
  stream: (each) => void ([since, rate, sender] = [performance.now(), each, setInterval(stream, 2)]),
  halt: () => (clearInterval(sender), sent),
};

web.listen(0, "127.0.0.1");
await once(web, "listening");
say({ port: web.address().port });
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [command, ...args] = JSON.parse(line);
  say({ n: commands[command](...args) ?? 0 });
}
process.exit(0);
