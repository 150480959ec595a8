// The official server, with the production advice of its documentation: bufferutil, initial request dropped.
"use strict";
const { createServer } = require("http");
const { Server } = require("socket.io");

const millis = (name, otherwise) => parseInt(process.env[name] || otherwise, 10);

const http = createServer((req, res) => {
  if (req.url !== "/debug/mem") {
    res.statusCode = 404;
    res.end();
    return;
  }
  if (global.gc) {
    global.gc();
    global.gc();
  }
  const m = process.memoryUsage();
  res.setHeader("content-type", "application/json");
  res.end(JSON.stringify({ heap_alloc: m.heapUsed + m.external, heap_sys: m.heapTotal, stack_inuse: 0, goroutines: 0 }));
});

const io = new Server(http, {
  pingInterval: millis("PING_INTERVAL", 25000),
  pingTimeout: millis("PING_TIMEOUT", 20000),
  serveClient: false,
});
io.engine.on("connection", (raw) => {
  raw.request = null;
});
io.on("connection", (socket) => {
  socket.on("echo", (x, ack) => ack(x));
  socket.on("echobin", (x, ack) => ack(x));
  socket.on("join", (room, ack) => {
    socket.join(room);
    ack("ok");
  });
  socket.on("bcast", (room, x) => io.to(room).emit("msg", x));
});
http.listen({ port: millis("PORT", 3000), host: process.env.HOST || "127.0.0.1", backlog: 4096 });
