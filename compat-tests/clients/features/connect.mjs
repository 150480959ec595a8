// Connecting: transports, namespaces, auth, refusals.
import assert from "node:assert/strict";
import {
  bundled, call, feature, finalTransport, has, library, mode, next, open, refused, session, stock, upgraded,
} from "../harness.mjs";

const namespaces = ["/", "/a", "/b", "/c", "/d"];

feature("connect", async () => {
  const socket = await open();
  assert.ok(socket.connected);
  assert.equal(socket.id.length, 20);
  assert.deepEqual(socket.welcome, { id: socket.id, nsp: "/", auth: {} });
});

feature("transport is the one asked for", async () => {
  const manager = session();
  const first = new Promise((resolve) => manager.once("open", () => resolve(manager.engine.transport.name)));
  const socket = await open("/", { manager });
  // The bundled client does not wait for a poll that is late.
  const fitting = { upgrade: ["polling", bundled && finalTransport], race: ["websocket", "sse", "polling"] }[mode] ?? [finalTransport];
  assert.ok(fitting.includes(await first), await first);
  const last = (await first) === "sse" && stock ? "sse" : finalTransport; // see upgraded
  assert.equal(manager.engine.transport.name, last);
  assert.equal(await call(socket, "transport"), last);
});

feature("five namespaces over one session", async () => {
  const manager = session();
  const sockets = await Promise.all(namespaces.map((nsp) => open(nsp, { manager, early: true })));
  assert.equal(new Set(sockets.map((socket) => socket.id)).size, namespaces.length);
  const echo = async (socket, round) => {
    const back = next(socket, "echo-back");
    socket.emit("echo", socket.nsp, round);
    assert.deepEqual(await back, [socket.nsp, round]);
  };
  await Promise.all(sockets.map((socket) => echo(socket, "first")));
  await upgraded(manager);
  await Promise.all(sockets.map((socket) => echo(socket, "second")));
  for (const socket of sockets) {
    assert.equal(socket.welcome.nsp, socket.nsp);
    assert.equal(await call(socket, "transport"), socket.io.engine.transport.name);
  }
});

feature("auth payload reaches the server", async () => {
  const auth = { token: "sesame", nested: { list: [1, null, false], text: "Grüße 👋" } };
  const socket = await open("/a", { auth });
  assert.deepEqual(socket.welcome.auth, auth);
});

feature("auth given by a function", async () => {
  const socket = await open("/auth", { auth: (give) => setTimeout(give, 5, { token: "sesame" }) });
  assert.equal(await call(socket, "whoami"), "ali");
});

feature("auth accepted", async () => {
  const socket = await open("/auth", { auth: { token: "sesame" } });
  assert.equal(await call(socket, "whoami"), "ali");
});

feature("auth refused, then accepted", async () => {
  const { socket, error } = await refused("/auth", { auth: { token: "wrong" } });
  assert.ok(error instanceof Error);
  assert.equal(error.message, "not authorized");
  assert.deepEqual(error.data, { code: "E42", retry: false });
  assert.equal(socket.connected, false);
  assert.equal(socket.active, !has("4.4")); // until then a refused socket tried again with its session
  socket.auth = { token: "sesame" };
  socket.connect();
  await next(socket, "connect");
  assert.equal(await call(socket, "whoami"), "ali");
});

feature("auth refused with a code alone", async () => {
  const { error } = await refused("/auth", { auth: { token: "expired" } });
  assert.equal(error.message, "token expired");
  assert.deepEqual(error.data, { code: "expired" });
});

feature("refused by connect middleware", async () => {
  const { socket, error } = await refused("/refusing");
  assert.equal(error.message, "maintenance");
  assert.deepEqual(error.data, { until: "tomorrow", retry: [1, 2, { ms: 300 }] });
  assert.equal(socket.connected, false);
});

feature("unknown namespace refused, the session stays", async () => {
  const main = await open();
  const { error } = await refused("/nowhere", { manager: main.io });
  assert.equal(error.message, "Invalid namespace");
  assert.equal(error.data, undefined);
  assert.equal(await call(main, "transport"), main.io.engine.transport.name);
});

async function connectsAgain(socket, id) {
  await next(socket, "connect");
  assert.notEqual(socket.id, id);
  assert.deepEqual(await call(socket, "echo-ack", 1), 1);
}

feature("connect again after disconnect", async () => {
  const socket = await open();
  const { id } = socket;
  const closed = next(socket.io.engine, "close");
  socket.disconnect();
  await closed;
  socket.connect();
  await connectsAgain(socket, id);
});

feature("connect again at once after disconnect", async () => {
  const socket = await open();
  const { id } = socket;
  socket.disconnect().connect();
  await connectsAgain(socket, id);
}, { since: "4.4", api: "disconnect().connect() that works" });

feature("transports given as classes, HTTP by fetch", async () => {
  const { Fetch, NodeWebSocket, SSE } = library;
  const transports = {
    polling: [Fetch], sse: [SSE], websocket: [NodeWebSocket], upgrade: [Fetch, NodeWebSocket], race: [Fetch, SSE, NodeWebSocket],
  };
  const manager = session({ transports: transports[mode] });
  const socket = await open("/", { manager });
  const last = mode === "race" && stock && manager.engine.transport.name === "sse" ? SSE : transports[mode].at(-1); // see upgraded
  assert.ok(manager.engine.transport instanceof last);
  const bytes = Buffer.from("bytes");
  assert.deepEqual(await call(socket, "echo-ack", { text: "👋", bytes }), { text: "👋", bytes });
}, { since: "4.8", api: "the option transports with classes" });
