// The control: the official server with the handlers of handlers_test.go, one for one, and the same administration
// beside it as serve_test.go. What the official server does not catch ends the process: the test starts it anew.
import http from "node:http";
import { once } from "node:events";
import { Server } from "socket.io";

const servers = new Map();
let last = 0;

function options(s) {
  const o = {};
  for (const key of ["pingInterval", "pingTimeout", "connectTimeout", "upgradeTimeout"]) if (s[key]) o[key] = s[key];
  if (s.compress) o.perMessageDeflate = { threshold: 1024 };
  if (s.maxPayload) o.maxHttpBufferSize = s.maxPayload;
  if (s.origins) o.cors = { origin: s.origins, credentials: true };
  return o;
}

function count(map, key) {
  map.set(key, (map.get(key) ?? 0) + 1);
}

function handle(socket, v) {
  socket.join("everyone");
  socket.onAny((name) => count(v.events, String(name)));
  socket.on("disconnect", (reason) => count(v.left, reason));
  socket.on("echo", (...args) => args.pop()(...args));
  socket.on("reflect", (...args) => socket.emit("reflected", ...args));
  socket.on("error", (...args) => {
    if (typeof args.at(-1) === "function") args.at(-1)("handled");
  });
  socket.on("join", (room, ack) => (socket.join(room), ack?.(room)));
  socket.on("leave", (room, ack) => (socket.leave(room), ack?.(room)));
  socket.on("say", (room, what) => socket.nsp.to(room).emit("said", what));
  socket.on("twice", (ack) => (ack(1), ack(2)));
  socket.on("ask-all", async (n, ms, ack) => {
    let late = 0;
    const asked = Array.from({ length: n }, () => socket.timeout(ms).emitWithAck("question").catch(() => late++));
    await Promise.all(asked);
    ack(late);
  });
  socket.on("burst", (n, size, ack) => {
    for (let i = 0; i < n; i++) socket.emit("burst", i, "x".repeat(size));
    ack?.(n);
  });
  socket.on("bye", () => socket.disconnect());
}

async function start(s) {
  const web = http.createServer();
  if (s.headerTimeout) web.headersTimeout = s.headerTimeout;
  const v = { web, io: new Server(web, options(s)), events: new Map(), left: new Map() };
  const names = ["/", "/second", ...Array.from({ length: s.namespaces ?? 0 }, (_, i) => `/n${i}`)];
  for (const name of names) v.io.of(name).on("connection", (socket) => handle(socket, v));
  web.listen(0, "127.0.0.1");
  await once(web, "listening");
  const id = String(++last);
  servers.set(id, v);
  return { id, addr: `127.0.0.1:${web.address().port}` };
}

function stats(v) {
  return {
    sessions: v.io.engine.clientsCount,
    sockets: v.io.sockets.sockets.size,
    events: Object.fromEntries(v.events),
    left: Object.fromEntries(v.left),
  };
}

async function stop(id) {
  const v = servers.get(id);
  servers.delete(id);
  v.web.closeAllConnections();
  await v.io.close();
}

function state() {
  gc();
  const { heapUsed, external } = process.memoryUsage();
  return { goroutines: 0, heap: heapUsed + external, allocated: 0 };
}

async function body(req) {
  const parts = [];
  for await (const part of req) parts.push(part);
  return JSON.parse(Buffer.concat(parts).toString());
}

async function answer(req) {
  const [, what, id] = req.url.split("/");
  if (what === "servers" && req.method === "POST") return start(await body(req));
  if (what === "servers" && req.method === "DELETE") return stop(id);
  if (what === "servers") return stats(servers.get(id));
  if (what === "state") return state();
  if (what === "goroutines") return 0;
  return [];
}

const admin = http.createServer(async (req, res) => {
  const value = await answer(req);
  res.setHeader("Connection", "close");
  res.end(JSON.stringify(value ?? {}));
});
admin.listen(0, "127.0.0.1");
await once(admin, "listening");
console.log(`http://127.0.0.1:${admin.address().port}`);
process.stdin.on("end", () => process.exit(0)).resume();
