// The control: the official Node server with the application of handlers_test.go and admission_test.go, one for one. It
// reads commands from its standard input, a line of JSON each, and answers each with one: {"start": options} starts a
// server and tells its port, {"close": port} closes it. It ends when its input does.
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { Server } from "socket.io";

function application(io, note, released) {
  for (const name of ["/", "/a", "/b"]) {
    const nsp = io.of(name);
    lifecycle(nsp, note);
    nsp.on("connection", (socket) => {
      exchange(socket, note);
      ask(socket);
      rooms(socket);
      ends(socket, note);
      guard(socket, note);
      whole(socket);
    });
  }
  parents(io, note);
  io.of("/greeting").on("connection", (socket) => {
    for (const word of ["first", "second", "third"]) socket.emit(word);
  });
  for (let i = 0; i < 99; i++) io.of(`/crowd-${i}`);
  admission(io, note, released);
}

function ownRooms(socket) {
  return [...socket.rooms].filter((room) => room !== socket.id).sort();
}

function lifecycle(nsp, note) {
  nsp.on("connection", (socket) => {
    note(`connect ${nsp.name}`);
    let rooms;
    socket.on("disconnecting", () => (rooms = ownRooms(socket)));
    socket.on("disconnect", (reason) => note(`disconnect ${nsp.name} ${reason} [${rooms}]`));
  });
}

function exchange(socket, note) {
  const nsp = socket.nsp.name;
  socket.on("echo", (...args) => socket.emit("echoed", ...args));
  socket.on("message", (...args) => socket.send(...args));
  socket.on("answer", (...args) => args.pop()(...args));
  socket.on("note", (what) => note(`note ${nsp} ${what}`));
  socket.on("many", (count, size) => {
    for (let i = 0; i < count; i++) socket.emit("item", i, "x".repeat(size));
  });
  socket.on("plain", (size) => socket.compress(false).emit("item", 0, "x".repeat(size)));
  socket.on("whoami", (ack) => ack(socket.id));
  socket.on("handshake", (ack) => ack(describe(socket.handshake)));
  socket.on("emit", (name, ack) => {
    try {
      socket.emit(name);
    } catch {
      return ack("refused");
    }
    ack("sent");
  });
}

function describe({ query, headers, address, secure, url, auth, issued, xdomain }) {
  const recent = Date.now() - issued < 60_000;
  return { query, extra: headers["x-extra"] ?? "", address, secure, url, auth, xdomain, recent };
}

function ask(socket) {
  socket.on("ask", (limit, ...args) => {
    socket.timeout(limit).emit("question", ...args, (err, ...answer) => {
      socket.emit("outcome", ...(err ? ["timeout"] : ["answered", ...answer]));
    });
  });
}

function target(socket, { from, to = [], except = [] }) {
  let selected = from === "socket" ? socket.broadcast : socket.nsp.to([]);
  if (to.length > 0) selected = selected.to(to);
  return except.length > 0 ? selected.except(except) : selected;
}

function rooms(socket) {
  socket.on("join", (list, ack) => (socket.join(list), ack(ownRooms(socket))));
  socket.on("leave", (room, ack) => (socket.leave(room), ack(ownRooms(socket))));
  socket.on("rooms", (ack) => ack(ownRooms(socket)));
  socket.on("say", (to, ...args) => target(socket, to).emit("said", ...args));
  socket.on("move", (to, op, room, shut, ack) => {
    const selected = target(socket, to);
    if (op === "disconnect") return selected.disconnectSockets(shut);
    if (op === "join") selected.socketsJoin(room);
    else selected.socketsLeave(room);
    ack();
  });
}

function ends(socket, note) {
  socket.on("bye", () => socket.disconnect());
  socket.on("bye-hard", () => socket.disconnect(true));
  socket.on("last-words", () => socket.emit("words", 1) && socket.emit("words", 2) && socket.disconnect(true));
  socket.on("bye-join", () => {
    socket.disconnect();
    socket.join("late");
    note(`in late: ${socket.rooms.has("late")}`);
  });
}

function guard(socket, note) {
  socket.use(([event], next) => (event === "forbidden" ? next(new Error("forbidden")) : next()));
  socket.on("error", () => note("refused forbidden"));
  socket.on("forbidden", () => note("handled forbidden"));
}

function admission(io, note, released) {
  const step = (what, err) => (socket, next) => (note(what), next(err));
  const refusal = (message, data) => Object.assign(new Error(message), { data });
  const ordered = io.of("/ordered");
  for (const what of ["use 1", "use 2", "use 3"]) ordered.use(step(what));
  lifecycle(ordered, note);
  ordered.on("connection", (socket) => exchange(socket, note));

  const refusing = io.of("/refusing");
  refusing.use(step("use 1"));
  refusing.use(step("use 2", refusal("Authentication error")));
  refusing.use(step("use 3"));
  lifecycle(refusing, note);

  io.of("/refusing-data").use(step("use 1", refusal("Authentication error", { a: "b", c: 3 })));

  const slow = io.of("/slow");
  lifecycle(slow, note);
  slow.on("connection", (socket) => exchange(socket, note));
  slow.use(async (socket, next) => {
    note("waiting");
    await released;
    next();
    note("waited");
  });

  const leaving = io.of("/leaving");
  leaving.use((socket, next) => {
    socket.join("early");
    next(socket.handshake.auth.Guest ? refusal("members only") : undefined);
  });
  leaving.on("connection", rooms);
}

const pause = 50;

function whole(socket) {
  socket.on("sequence", (steps) => {
    setTimeout(() => {
      for (const { name, volatile, binary, size } of steps) {
        const arg = binary ? Buffer.alloc(size) : "x".repeat(size);
        (volatile ? socket.volatile : socket).emit(name, arg);
      }
    }, pause);
  });
  socket.on("survey", (to, limit) => {
    target(socket, to).timeout(limit).emit("question", 1, (err, answers) => {
      socket.emit("surveyed", err ? "timeout" : "all", answers);
    });
  });
  socket.on("fetch", async (rooms, ack) => {
    const list = await socket.nsp.in(rooms).fetchSockets();
    ack(list.map(described).sort((a, b) => (a.name < b.name ? -1 : 1)));
  });
  socket.on("remember", (name, ack) => {
    socket.data.name = name;
    ack();
  });
  socket.on("recall", (ack) => ack(socket.data.name ?? "", socket.recovered));
}

function described({ id, data, rooms, handshake: { auth, query, address, headers } }) {
  const own = [...rooms].filter((room) => room !== id).sort();
  return { id, name: data.name ?? "", rooms: own, auth, token: query.token, address, extra: headers["x-extra"] };
}

function parents(io, note) {
  io.on("new_namespace", (nsp) => note(`made ${nsp.name}`));
  parent("digits", io.of(/^\/dyn-\d+$/), note);
  parent("function", io.of((name, auth, next) => next(null, name.startsWith("/fn-") && auth.token === "yes")), note);
  parent("any", io.of(/^\/(dyn|fn)-.+$/), note);
}

function parent(which, family, note) {
  family.use((socket, next) => next(socket.handshake.auth.guest ? new Error("members only") : undefined));
  family.on("connection", (socket) => {
    note(`connect ${socket.nsp.name}`);
    socket.on("disconnect", (reason) => note(`disconnect ${socket.nsp.name} ${reason}`));
    socket.on("which", (ack) => ack(which));
    exchange(socket, note);
    rooms(socket);
    socket.on("family", (list) => (list.length > 0 ? family.to(list) : family).emit("news", 1));
  });
}

function front(io, kind) {
  if (kind === "503") {
    io.engine.use((req, res) => {
      res.writeHead(503);
      res.end();
    });
  }
  if (kind !== "pass") return;
  for (const word of ["first", "second"]) {
    io.engine.use((req, res, next) => {
      res.setHeader("X-Front", [].concat(res.getHeader("X-Front") ?? [], word));
      next();
    });
  }
}

// The options of front_test.go, in the words of the official server.
function frontOptions({ cors, check, cookie, compress, noSlash }) {
  const o = { addTrailingSlash: !noSlash };
  if (cors) o.cors = { ...cors, origin: cors.origin[0] === "*" ? "*" : cors.origin };
  if (check) {
    o.allowRequest = (req, decide) => {
      const deny = new URL(req.url, "http://x").searchParams.get("deny");
      decide(deny === "" ? undefined : deny, deny === null);
    };
  }
  if (cookie) {
    const { noPath, readable, strict, ...rest } = cookie;
    o.cookie = { ...rest, httpOnly: !readable, sameSite: strict ? "strict" : "lax", ...(noPath && { path: false }) };
  }
  if (compress) {
    const threshold = compress.threshold === 1 ? 0 : (compress.threshold ?? 1024);
    o.httpCompression = compress.polls ? { threshold } : false;
    o.perMessageDeflate = compress.websocket ? { threshold } : false;
  }
  return o;
}

function hooks(io, { names, headers }) {
  if (names) {
    io.engine.generateId = (req) => {
      if (!req._query.name) throw new Error("no name");
      return req._query.name;
    };
  }
  if (headers) {
    io.engine.on("initial_headers", (h) => (h["X-First"] = "first"));
    io.engine.on("headers", (h) => (h["X-Each"] = "each"));
  }
}

function createWeb(tls, handle) {
  if (!tls) return createServer(handle);
  return createSecureServer({ ...tls, ca: tls.cert, requestCert: true, rejectUnauthorized: true }, handle);
}

const running = new Map(); // port -> server

async function start({ noUpgrade, front: kind, port = 0, cors, check, names, cookie, headers, compress, noSlash, tls, ...options }) {
  const lines = [];
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const web = createWeb(tls, (req, res) => {
    if (req.url === "/log") return res.end(lines.join("\n") + "\n");
    if (req.url === "/release") return release(), res.end();
    if (req.url === "/other") return res.end("other");
    res.writeHead(404);
    res.end();
  });
  const more = frontOptions({ cors, check, cookie, compress, noSlash });
  const io = new Server(web, { serveClient: false, allowUpgrades: !noUpgrade, ...more, ...options });
  application(io, (line) => lines.push(line), released);
  front(io, kind);
  hooks(io, { names, headers });
  web.listen(port, "127.0.0.1");
  await once(web, "listening");
  running.set(web.address().port, io);
  return { port: web.address().port };
}

async function close(port) {
  const io = running.get(port);
  running.delete(port);
  // It would wait for connections without a request, too.
  await Promise.race([io.close(), new Promise((resolve) => setTimeout(resolve, 1000))]);
  return { port };
}

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  const answer = command.start ? start(command.start) : close(command.close);
  answer.then((a) => console.log(JSON.stringify({ id: command.id, ...a })));
}
process.exit(0);
