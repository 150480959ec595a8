// The control: the official Node server with the handlers of fixture_test.go, one for one.
// The features must pass against it too, which proves what they expect right.
import http from "node:http";
import { Server } from "socket.io";
import { address, listen, ownRooms, serveControl } from "../interop/official.mjs";

const parser = process.env.EVERWIRE_PARSER ? (await import(process.env.EVERWIRE_PARSER)).default : undefined;
const namespaces = ["/", "/a", "/b", "/c", "/d"];
const outcomes = new Map(); // key -> value, asked for over HTTP
const waiting = new Map();

function record(key, value) {
  outcomes.set(key, value);
  waiting.get(key)?.(value);
}

function outcome(key) {
  if (outcomes.has(key)) return outcomes.get(key);
  return new Promise((resolve) => waiting.set(key, resolve));
}

function greet(socket) {
  const { auth } = socket.handshake;
  socket.emit("welcome", { id: socket.id, nsp: socket.nsp.name, auth });
  socket.on("disconnecting", (reason) => record(socket.id, { reason, rooms: ownRooms(socket) }));
}

function exchange(socket) {
  socket.on("echo", (...args) => socket.emit("echo-back", ...args));
  socket.on("echo-ack", (...args) => args.pop()(...args));
  socket.on("fail", (error, ack) => ack({ error }));
  socket.on("whoami", (ack) => ack(socket.data.user ?? ""));
  socket.on("transport", (ack) => ack(socket.conn.transport.name));
}

function ask(socket) {
  socket.on("ask", (...question) => {
    socket.emit("question", ...question, (...answer) => socket.emit("answered", ...answer));
  });
  socket.on("ask-deadline", (ms, ack) => {
    socket.timeout(ms).emit("unanswered", (err) => ack(err ? "timeout" : "answered"));
  });
  socket.on("ask-gone", (key) => {
    socket.on("disconnect", () => record(key, { reason: "disconnected" }));
    socket.emit("unanswered", () => record(key, { reason: "answered" }));
  });
}

function count(socket) {
  let seen = new Set();
  let [received, doubled, disordered, highest] = [0, 0, 0, -1];
  socket.on("count", (i, bytes) => {
    if (bytes && bytes.toString() !== String(i)) return;
    received++;
    if (seen.has(i)) doubled++;
    else if (i < highest) disordered++;
    seen.add(i);
    highest = Math.max(highest, i);
  });
  socket.on("counted", (total, ack) => {
    ack({ received, lost: total - seen.size, doubled, disordered });
    seen = new Set();
    [received, doubled, disordered, highest] = [0, 0, 0, -1];
  });
  socket.on("send-numbers", (n, binary) => {
    for (let i = 0; i < n; i++) socket.emit("number", i, ...(binary ? [Buffer.from(String(i))] : []));
  });
}

// stream emits numbers at a rate that may change, each with the time it was sent at; every third may carry its number
// as bytes too. Time that the process was kept waiting is not made up for.
function stream(socket) {
  let next = 0;
  let rate, binary, timer;
  function start() {
    let [last, due] = [performance.now(), 0];
    timer = setInterval(() => {
      const now = performance.now();
      due += Math.min(now - last, 20) * rate;
      last = now;
      for (; next < Math.floor(due); next++) {
        const bytes = binary && next % 3 === 0 ? [Buffer.from(String(next))] : [];
        socket.emit("number", next, performance.timeOrigin + performance.now(), ...bytes);
      }
    }, 1);
  }
  socket.on("stream", (...args) => {
    [rate, binary] = args;
    if (!timer) start();
  });
  socket.on("stop", (ack) => {
    clearInterval(timer);
    ack(next);
  });
  socket.on("disconnect", () => clearInterval(timer));
}

function rooms(socket) {
  socket.on("join", (room, ack) => (socket.join(room), ack(ownRooms(socket))));
  socket.on("leave", (room, ack) => (socket.leave(room), ack(ownRooms(socket))));
  socket.on("say", ({ from, to, except }, what, ack) => {
    let target = from === "namespace" ? socket.nsp : socket.broadcast;
    for (const room of to) target = target.to(room);
    for (const room of except) target = target.except(room);
    target.emit("said", what);
    ack();
  });
}

function leave(socket) {
  socket.on("bye", () => socket.disconnect());
  socket.on("bye-hard", () => socket.disconnect(true));
}

function refusal(message, data) {
  return Object.assign(new Error(message), { data });
}

function serve(server, options) {
  const io = new Server(server, { pingInterval: 500, pingTimeout: 3000, ...(parser && { parser }), ...options });
  io.of("/auth").use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (token === "expired") return next(refusal("token expired", { code: "expired" }));
    if (token !== "sesame") return next(refusal("not authorized", { code: "E42", retry: false }));
    socket.data.user = "ali";
    next();
  });
  io.of("/refusing").use((socket, next) => {
    next(refusal("maintenance", { until: "tomorrow", retry: [1, 2, { ms: 300 }] }));
  });
  for (const name of [...namespaces, "/auth"]) {
    io.of(name).on("connection", (socket) => {
      for (const set of [greet, exchange, ask, count, stream, rooms, leave]) set(socket);
    });
  }
  return io;
}

async function start(port) {
  const server = http.createServer();
  const io = serve(server);
  serve(server, { path: "/recovering", connectionStateRecovery: {} });
  return { io, port: await listen(server, port) };
}

let { io, port } = await start();
await serveControl(async (path, query) => {
  if (path === "/restart") {
    await io.close();
    ({ io } = await start(port));
  }
  return query.has("key") ? outcome(query.get("key")) : {};
}, address(port));
