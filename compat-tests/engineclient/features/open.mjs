// Opening: the handshake, the transports, the upgrade.
import assert from "node:assert/strict";
import { Fetch, NodeWebSocket, Socket } from "engine.io-client";
import {
  echo, engine, feature, finalTransport, many, mode, next, open, transports, upgraded, upTo, url,
} from "../harness.mjs";

const first = transports[0];

feature("handshake: the keys, their values", async () => {
  const { handshake } = await open();
  assert.ok(handshake.sid.length >= 20);
  assert.deepEqual(handshake, {
    sid: handshake.sid,
    upgrades: first === "polling" ? ["websocket"] : [],
    pingInterval: 500,
    pingTimeout: 20000,
    maxPayload: 100,
  });
});

feature("the first message comes after the handshake and the opening", async () => {
  const socket = engine();
  const order = [];
  for (const event of ["handshake", "open"]) socket.on(event, () => order.push(event));
  socket.on("message", (data) => order.push(data));
  await next(socket, "message");
  assert.deepEqual(order, ["handshake", "open", "hi"]);
  assert.equal(socket.readyState, "open");
});

feature("transport is the one asked for, upgraded once", async () => {
  const socket = engine();
  const order = [];
  socket.on("open", () => order.push(socket.transport.name));
  for (const event of ["upgrading", "upgrade", "upgradeError"]) {
    socket.on(event, (transport) => order.push(`${event} ${transport.name}`));
  }
  await next(socket, "message");
  await upgraded(socket);
  assert.equal(await echo(socket, "over the last transport"), "over the last transport");
  const upgrades = mode === "upgrade" ? ["upgrading websocket", "upgrade websocket"] : [];
  assert.deepEqual(order, [first, ...upgrades]);
  assert.equal(socket.transport.name, finalTransport);
});

feature("upgrade: false stays on the first transport", async () => {
  const socket = engine({ upgrade: false });
  let upgrading = false;
  socket.on("upgrading", () => (upgrading = true));
  await next(socket, "message");
  for (let i = 0; i < 20; i++) assert.equal(await echo(socket, `still there ${i}`), `still there ${i}`);
  await next(socket, "ping");
  assert.equal(socket.transport.name, first);
  assert.equal(upgrading, false);
});

feature("rememberUpgrade: the next socket begins where the last one ended", async () => {
  await open();
  const socket = engine({ rememberUpgrade: true });
  await next(socket, "message");
  assert.equal(socket.transport.name, finalTransport);
  assert.deepEqual(socket.handshake.upgrades, finalTransport === "polling" ? ["websocket"] : []);
  const forgetful = engine();
  await next(forgetful, "open");
  assert.equal(forgetful.transport.name, first);
});

feature("transports given as classes", async () => {
  const classes = { polling: Fetch, websocket: NodeWebSocket };
  const socket = new Socket(url, { transports: transports.map((name) => classes[name]) });
  try {
    await next(socket, "message");
    await upgraded(socket);
    assert.equal(await echo(socket, "by class"), "by class");
  } finally {
    socket.close();
  }
});

feature("20 sockets at once, each its own session", async () => {
  const opened = await Promise.all(upTo(20).map(() => open()));
  assert.equal(new Set(opened.map((socket) => socket.id)).size, 20);
  const echoes = await Promise.all(opened.map((socket, i) => echo(socket, `mine ${i}`)));
  assert.deepEqual(echoes, upTo(20).map((i) => `mine ${i}`));
});

feature("heartbeat: the socket is told of each ping and stays", async () => {
  const socket = await open();
  await many(socket, "ping", 3);
  assert.equal(await echo(socket, "alive"), "alive");
});
