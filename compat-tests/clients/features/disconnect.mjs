// The forms of disconnect, with the reason that each side is told.
import assert from "node:assert/strict";
import {
  call, cluster, ended, feature, mode, next, official, open, outcome, restartServer, resumes, session, upgraded, victim, within,
} from "../harness.mjs";

// bothEnd asserts the two reasons of a socket's end.
async function bothEnd(end, client, server) {
  assert.deepEqual(await end, { client, server, rooms: [] });
}

async function alive(socket) {
  assert.equal(await call(socket, "echo-ack", "alive"), "alive");
}

feature("client disconnects one namespace", async () => {
  const main = await open();
  const other = await open("/a", { manager: main.io });
  const end = ended(other);
  other.disconnect();
  await bothEnd(end, "io client disconnect", "client namespace disconnect");
  await alive(main);
});

feature("client disconnects its last namespace", async () => {
  const socket = await open();
  const end = ended(socket);
  socket.disconnect();
  await bothEnd(end, "io client disconnect", "client namespace disconnect");
});

feature("server disconnects one namespace", async () => {
  const main = await open();
  const other = await open("/a", { manager: main.io });
  const end = ended(other);
  other.emit("bye");
  await bothEnd(end, "io server disconnect", "server namespace disconnect");
  assert.equal(other.active, false);
  await alive(main);
});

feature("server disconnects the whole session", async () => {
  const main = await open();
  const other = await open("/a", { manager: main.io });
  const ends = [ended(main), ended(other)];
  other.emit("bye-hard");
  for (const end of ends) await bothEnd(end, "io server disconnect", "server namespace disconnect");
});

feature("client closes the transport", async () => {
  const main = await open();
  const other = await open("/a", { manager: main.io });
  const ends = [ended(main), ended(other)];
  main.io.engine.close();
  for (const end of ends) await bothEnd(end, "forced close", "transport close");
});

feature("client process is killed", async () => {
  const { id, kill } = await victim();
  kill("SIGKILL");
  const { reason } = await outcome(id);
  const expected = [mode === "polling" ? "transport error" : "transport close"];
  // A process that dies with unread bytes resets its connection. The official server calls that a close too.
  if (!official) expected.push("transport error");
  assert.ok(expected.includes(reason), reason);
});

feature("client stops answering pings", async () => {
  const { id, kill } = await victim();
  kill("SIGSTOP");
  const { reason } = await outcome(id);
  kill("SIGKILL");
  assert.equal(reason, "ping timeout");
});

feature("heartbeats keep an idle session", async () => {
  const socket = await open();
  const pings = new Promise((resolve) => {
    let heard = 0;
    socket.io.engine.on("packet", ({ type }) => type === "ping" && ++heard === 3 && resolve());
  });
  await within(pings, 8000, "three pings");
  await alive(socket);
});

feature("packet that does not parse", async () => {
  const socket = await open();
  const end = ended(socket);
  socket.io.engine.write("4abc");
  // A deliberate difference: the official server does not tell a client that broke the protocol from one it put out.
  await bothEnd(end, "transport close", official ? "forced close" : "parse error");
});

feature("server shuts down", async () => {
  const socket = await open();
  const end = ended(socket);
  await restartServer();
  const { client, server } = await end;
  assert.equal(client, "transport close");
  // In a cluster, a node that the connection only goes through may be the first to go.
  assert.ok(server === "server shutting down" || (cluster && /^transport (close|error)$/.test(server)), server);
});

feature("client reconnects after a server restart", async () => {
  const manager = session({ reconnection: true, reconnectionDelay: 20, reconnectionDelayMax: 200 });
  const socket = await open("/", { manager });
  const other = await open("/auth", { manager, auth: { token: "sesame" } });
  const { id } = socket;
  const gone = Promise.all([next(socket, "disconnect"), next(other, "disconnect")]);
  const back = Promise.all([next(socket, "connect"), next(other, "connect")]);
  const restarted = restartServer();
  await gone;
  const buffered = next(socket, "echo-back");
  socket.emit("echo", "sent while away");
  await Promise.all([restarted, back]);
  assert.deepEqual(await buffered, ["sent while away"]);
  assert.notEqual(socket.id, id);
  assert.equal(await call(other, "whoami"), "ali");
  await upgraded(manager);
  await alive(socket);
});

feature("connection state recovery", async () => {
  if (cluster) return { absent: "node only", reason: "the client comes back to another node, which knows nothing of its socket" };
  if (resumes) return { absent: "resumed", reason: "the server recovers only sessions that cannot be resumed" };
  const path = "/recovering/"; // a server beside the other, which lets clients come back
  const socket = await open("/", { manager: session({ path }) });
  const other = await open("/", { manager: session({ path }) });
  assert.ok(!socket.recovered);
  const { id } = socket;
  await call(socket, "join", "red");
  await dropped(socket);
  for (const what of [1, 2, 3]) await call(other, "say", { from: "namespace", to: ["red"], except: [] }, what);
  const missed = [];
  const all = new Promise((resolve) => socket.on("said", (what) => missed.push(what) === 3 && resolve()));
  const back = next(socket, "connect");
  socket.connect();
  await Promise.all([back, within(all, 8000, "what was missed")]);
  assert.deepEqual(missed, [1, 2, 3]);
  assert.ok(socket.recovered);
  assert.equal(socket.id, id);
  await upgraded(socket.io);
  await alive(socket);
}, { since: "4.6", api: "socket.recovered" });

// dropped has a client lose its connection, and waits until the server knows.
async function dropped(socket) {
  const { id } = socket;
  const gone = next(socket, "disconnect");
  socket.io.engine.close();
  await gone;
  await outcome(id);
}
