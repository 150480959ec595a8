// Rooms and broadcasts: who receives what.
import assert from "node:assert/strict";
import { call, cluster, ended, feature, open, within } from "../harness.mjs";

// crowd opens three clients that keep what they are told.
async function crowd() {
  const sockets = await Promise.all([open(), open(), open()]);
  for (const socket of sockets) {
    socket.heard = [];
    socket.on("said", (what) => socket.heard.push(what));
  }
  return sockets;
}

// marked waits until all have heard something that was said later: nodes of a cluster do not wait for each other.
async function marked(sockets, speaker) {
  const heard = Promise.all(sockets.map((socket) => within(new Promise((resolve) => {
    socket.on("said", (what) => what === "mark" && resolve());
  }), 8000, "the mark")));
  await call(speaker, "say", { from: "namespace", to: [], except: [] }, "mark");
  await heard;
  for (const socket of sockets) socket.heard = socket.heard.filter((what) => what !== "mark");
}

// say lets the speaker broadcast and returns what each of the crowd heard of it.
async function say(sockets, speaker, how, what = "hello") {
  await call(speaker, "say", { from: "socket", to: [], except: [], ...how }, what);
  await (cluster ? marked(sockets, speaker) : Promise.all(sockets.map((socket) => call(socket, "echo-ack", "what came before has arrived"))));
  return sockets.map((socket) => socket.heard.splice(0));
}

const all = { from: "namespace" };

feature("rooms: join and leave", async () => {
  const socket = await open();
  assert.deepEqual(await call(socket, "join", "red"), ["red"]);
  assert.deepEqual(await call(socket, "join", "blue"), ["blue", "red"]);
  assert.deepEqual(await call(socket, "join", "red"), ["blue", "red"]);
  assert.deepEqual(await call(socket, "leave", "red"), ["blue"]);
  assert.deepEqual(await call(socket, "leave", "never joined"), ["blue"]);
});

feature("rooms: to one, with and without the sender", async () => {
  const sockets = await crowd();
  const [a, b] = sockets;
  await Promise.all([call(a, "join", "red"), call(b, "join", "red")]);
  assert.deepEqual(await say(sockets, a, { to: ["red"] }), [[], ["hello"], []]);
  assert.deepEqual(await say(sockets, a, { to: ["red"], ...all }), [["hello"], ["hello"], []]);
  await call(b, "leave", "red");
  assert.deepEqual(await say(sockets, a, { to: ["red"], ...all }), [["hello"], [], []]);
  assert.deepEqual(await say(sockets, a, { to: ["empty"], ...all }), [[], [], []]);
});

feature("rooms: to several reaches each socket once", async () => {
  const sockets = await crowd();
  const [a, b, c] = sockets;
  await Promise.all([call(a, "join", "red"), call(b, "join", "red")]);
  await Promise.all([call(b, "join", "blue"), call(c, "join", "green")]);
  assert.deepEqual(await say(sockets, a, { to: ["red", "blue"], ...all }), [["hello"], ["hello"], []]);
});

feature("rooms: except a room, except a socket", async () => {
  const sockets = await crowd();
  const [a, b, c] = sockets;
  await Promise.all(sockets.map((socket) => call(socket, "join", "red")));
  await call(b, "join", "muted");
  assert.deepEqual(await say(sockets, a, { to: ["red"], except: ["muted"], ...all }), [["hello"], [], ["hello"]]);
  assert.deepEqual(await say(sockets, a, { to: ["red"], except: [c.id] }), [[], ["hello"], []]);
});

feature("rooms: a socket's id is a room of one", async () => {
  const sockets = await crowd();
  const [a, b] = sockets;
  assert.deepEqual(await say(sockets, a, { to: [b.id], ...all }), [[], ["hello"], []]);
  assert.deepEqual(await say(sockets, a, { to: [b.id] }), [[], ["hello"], []]);
});

feature("broadcast to all but the sender, and to all", async () => {
  const sockets = await crowd();
  const other = await open("/a");
  other.on("said", () => assert.fail("another namespace heard it"));
  assert.deepEqual(await say(sockets, sockets[2], {}), [["hello"], ["hello"], []]);
  assert.deepEqual(await say(sockets, sockets[2], all), [["hello"], ["hello"], ["hello"]]);
  await call(other, "echo-ack", "what came before has arrived");
});

feature("broadcast with nested JSON and binary", async () => {
  const sockets = await crowd();
  const what = { text: "👋", bytes: Buffer.from("bytes"), list: [Buffer.alloc(0), null] };
  assert.deepEqual(await say(sockets, sockets[0], all, what), [[what], [what], [what]]);
});

feature("rooms: still known when the socket ends", async () => {
  const socket = await open();
  await call(socket, "join", "red");
  const end = ended(socket);
  socket.disconnect();
  assert.deepEqual((await end).rooms, ["red"]);
});
