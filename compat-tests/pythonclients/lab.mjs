// The control: the official Node server with the handlers of mode lab of compat-tests/server.
// The features must pass against it too, which proves what they expect right.
import http from "node:http";
import { setTimeout } from "node:timers/promises";
import { Server } from "socket.io";
import { address, listen, ownRooms, serveControl } from "../interop/official.mjs";

// The parser of both sides: that of JSON, or that of MessagePack.
const parser = process.env.EVERWIRE_SERIALIZER === "msgpack" ? (await import("socket.io-msgpack-parser")).default : undefined;

const names = ["/", "/custom", "/auth", /^\/dyn-\d+$/];

function handle(socket) {
  const { nsp } = socket;
  socket.emit("welcome", { id: socket.id, nsp: nsp.name, auth: socket.handshake.auth });
  socket.on("message", (...args) => socket.emit("message-back", ...args));
  socket.on("echo-ack", (...args) => args.pop()(...args));
  socket.on("get-binary", () => {
    socket.emit("binary", Buffer.from([0, 1, 2, 0xfa, 0xff]), { nested: Buffer.from("héllo") });
  });
  socket.on("ask-me", (...question) => {
    socket.emit("question", ...question, (...answer) => socket.emit("answered", ...answer));
  });
  socket.on("ask-me-timeout", () => {
    socket.timeout(100).emit("question-timeout", (err) => socket.emit("timed-out", err !== null));
  });
  socket.on("join", (room, ack) => (socket.join(room), ack(ownRooms(socket))));
  socket.on("leave", (room, ack) => (socket.leave(room), ack(ownRooms(socket))));
  socket.on("room-all", (room, ...data) => nsp.to(room).emit("room-msg", room, ...data));
  socket.on("room-others", (room, ...data) => socket.to(room).emit("room-msg", room, ...data));
  socket.on("broadcast", (...data) => socket.broadcast.emit("bcast", ...data));
  socket.on("bye", () => socket.disconnect());
  socket.on("bye-hard", () => socket.disconnect(true));
  socket.on("transport", (ack) => ack(socket.conn.transport.name));
}

function serve(server) {
  const io = new Server(server, { pingInterval: 1000, pingTimeout: 1000, cors: { origin: "*" }, ...(parser && { parser }) });
  io.of("/auth").use((socket, next) => {
    if (socket.handshake.auth.token === "sesame") return next();
    next(Object.assign(new Error("not authorized"), { data: { code: "E42", retry: false } }));
  });
  for (const name of names) io.of(name).on("connection", handle);
  return io;
}

const connections = new Set();
const held = new Set(); // those with a poll that waits, and WebSockets

async function start(port) {
  const server = http.createServer();
  server.on("connection", (connection) => {
    connections.add(connection);
    connection.on("close", () => connections.delete(connection));
  });
  const io = serve(server);
  server.on("request", ({ method, socket }, res) => {
    if (method !== "GET") return;
    held.add(socket);
    res.on("close", () => held.delete(socket));
  });
  server.on("upgrade", (req, socket) => {
    held.add(socket);
    socket.on("close", () => held.delete(socket));
  });
  return { io, server, port: await listen(server, port) };
}

let { io, server, port } = await start();

function cut() {
  for (const connection of connections) connection.resetAndDestroy();
}

const doors = {
  // A client that is between two requests does not notice a cut.
  async "/cut"() {
    while (!held.size) await setTimeout(1);
    cut();
  },
  async "/crash"() {
    server.close();
    cut();
    ({ io, server } = await start(port));
  },
  async "/restart"() {
    await io.close();
    ({ io, server } = await start(port));
  },
};

await serveControl((path) => doors[path](), address(port));
