// The control: official Engine.IO servers that do what the modes eio-client and eio-protocol do, and the door beside
// them.
import http from "node:http";
import { Server } from "engine.io";
import { address, listen, serveControl } from "../interop/official.mjs";

const sessions = new Map(); // id -> { socket, received, ended }

// watch keeps account of a session.
function watch(socket) {
  const session = { socket, received: 0 };
  session.ended = new Promise((resolve) => socket.on("close", resolve));
  socket.on("message", () => session.received++);
  sessions.set(socket.id, session);
}

async function serve(options, connected) {
  const engine = new Server(options);
  const server = http.createServer();
  engine.attach(server);
  engine.on("connection", (socket) => {
    watch(socket);
    connected(socket);
  });
  return { engine, url: address(await listen(server)) };
}

const client = await serve(
  {
    pingInterval: 500,
    maxHttpBufferSize: 100,
    allowRequest: (req, fn) => fn(null, !new URL(req.url, "http://localhost").searchParams.has("deny")),
  },
  (socket) => {
    socket.send("hi");
    socket.on("message", (data) => {
      if (data === "give binary") socket.send(Buffer.from([0, 1, 2, 3, 4]));
      else if (data === "give utf8") socket.send("пойду спать всем спокойной ночи");
      else if (data === "sendHeaders") socket.send(JSON.stringify(socket.transport.dataReq?.headers ?? {}));
      else socket.send(data);
    });
  },
);
client.engine.on("initial_headers", (headers) => {
  headers["set-cookie"] = [
    "1=1; Max-Age=86400",
    "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
    "3=3; Max-Age=0",
    `4=4; Expires=${new Date().toUTCString()}`,
  ];
});

const protocol = await serve({ pingInterval: 300, pingTimeout: 200 }, (socket) => {
  socket.on("message", (data) => socket.send(data));
});

await serveControl(async (path, query) => {
  const session = sessions.get(query.get("key"));
  if (path === "/say") {
    for (let i = 0; i < Number(query.get("n")); i++) {
      const text = String(i).padStart(3, "0");
      session.socket.send(i % 3 === 0 ? Buffer.from(text) : text);
    }
  }
  if (path === "/close") session.socket.close();
  if (path === "/outcome") return { reason: await session.ended, received: session.received };
}, client.url, protocol.url);
