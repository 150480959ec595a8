// The control: official Engine.IO servers that do what the modes eio-client and eio-protocol do, and the door beside
// them.
import http from "node:http";
import { once } from "node:events";
import { Server } from "engine.io";

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
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return { engine, url: `http://127.0.0.1:${server.address().port}` };
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

const control = http.createServer(async (req, res) => {
  const { pathname, searchParams } = new URL(req.url, "http://localhost");
  const session = sessions.get(searchParams.get("key"));
  let answer = {};
  if (pathname === "/say") {
    for (let i = 0; i < Number(searchParams.get("n")); i++) {
      const text = String(i).padStart(3, "0");
      session.socket.send(i % 3 === 0 ? Buffer.from(text) : text);
    }
  }
  if (pathname === "/close") session.socket.close();
  if (pathname === "/outcome") answer = { reason: await session.ended, received: session.received };
  res.end(JSON.stringify(answer));
});
control.listen(0, "127.0.0.1");
await once(control, "listening");
console.log(`${client.url} http://127.0.0.1:${control.address().port} ${protocol.url}`);
process.stdin.on("end", () => process.exit(0)).resume();
