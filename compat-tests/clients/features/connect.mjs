// Connecting: transports, namespaces, auth, refusals.
import assert from "node:assert/strict";
import { feature, finalTransport, mode, next, open, refused, session, upgraded } from "../harness.mjs";

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
  assert.equal(await first, mode === "websocket" ? "websocket" : "polling");
  assert.equal(manager.engine.transport.name, finalTransport);
  assert.equal(await socket.emitWithAck("transport"), finalTransport);
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
    assert.equal(await socket.emitWithAck("transport"), finalTransport);
  }
});

feature("auth payload reaches the server", async () => {
  const auth = { token: "sesame", nested: { list: [1, null, false], text: "Grüße 👋" } };
  const socket = await open("/a", { auth });
  assert.deepEqual(socket.welcome.auth, auth);
});

feature("auth accepted", async () => {
  const socket = await open("/auth", { auth: { token: "sesame" } });
  assert.equal(await socket.emitWithAck("whoami"), "ali");
});

feature("auth refused, then accepted", async () => {
  const { socket, error } = await refused("/auth", { auth: { token: "wrong" } });
  assert.ok(error instanceof Error);
  assert.equal(error.message, "not authorized");
  assert.deepEqual(error.data, { code: "E42", retry: false });
  assert.equal(socket.connected, false);
  assert.equal(socket.active, false);
  socket.auth = { token: "sesame" };
  socket.connect();
  await next(socket, "connect");
  assert.equal(await socket.emitWithAck("whoami"), "ali");
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
  assert.equal(await main.emitWithAck("transport"), finalTransport);
});

feature("connect again after disconnect", async () => {
  const socket = await open();
  const { id } = socket;
  socket.disconnect().connect();
  await next(socket, "connect");
  assert.notEqual(socket.id, id);
  assert.deepEqual(await socket.emitWithAck("echo-ack", 1), 1);
});
