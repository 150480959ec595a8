// Clients on all nodes, and every operation from each kind of node to each: node matrix.mjs <mode> <official URL> <Go URL>
// <Go URL>. A line of JSON for each cell: {operation, way, form, error?}.
import assert from "node:assert/strict";
import { io } from "socket.io-client";
import { many, next, within } from "../interop/harness.mjs";

const [mode, ...urls] = process.argv.slice(2);
const names = ["official", "one", "two"];
const clients = {};

async function client(node, name) {
  const socket = io(urls[names.indexOf(node)], { transports: ["websocket"], forceNew: true, reconnection: false, query: { name } });
  socket.on("query", (arg, ack) => ack({ name, arg }));
  await next(socket, "connect");
  return socket;
}

async function connectAll() {
  for (const node of names) clients[node] = [await client(node, `${node}-0`), await client(node, `${node}-1`)];
}

// act has a node do something and returns what it came to.
async function act(node, what, query = {}) {
  const result = await within(clients[node][0].emitWithAck("do", what, query), 9000, `${what} on ${node}`);
  if (result.failed) throw new Error(`${what} on ${node}: ${result.failed}`);
  return result.value;
}

let serial = 0;
const fresh = (what) => `${what}-${++serial}`;

// enter has a client join a room, and waits until messages of both nodes for that room reach it: a room may have a
// subscription of its own.
async function enter(socket, room, from) {
  await socket.emitWithAck("enter", room);
  let there = false;
  socket.once(`probe-${room}`, () => (there = true));
  await within(
    (async () => {
      while (!there) {
        await act(from, "emit", { rooms: [room], event: `probe-${room}`, args: [] });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    })(),
    5000,
    `a message for room ${room}`,
  );
}

const payloads = {
  text: [{ text: "größe ☃ \u2028", list: [1, -2.5, 2 ** 40, -(2 ** 40), null, true], empty: {} }, "second"],
  binary: [{ deep: [Buffer.from([0, 255, 10]), "text"] }, Buffer.alloc(300, 7), 42],
};

// heard collects what a socket hears until the fence.
function heard(socket, ...events) {
  const got = [];
  for (const event of events) socket.on(event, (...args) => got.push([event, ...args]));
  return got;
}

// fence resolves when all clients have heard of an event that the node sends now.
async function fence(from) {
  const event = fresh("fence");
  const all = names.flatMap((n) => clients[n]).map((socket) => next(socket, event));
  await act(from, "emit", { event, args: [] });
  await Promise.all(all);
}

const both = ["text", "binary"];
const plain = ["text"];
const operations = [];
const operation = (name, forms, run, only = {}) => operations.push({ name, forms, run, ...only });

operation("broadcast", both, async ({ from, to, args, emitter }) => {
  const event = fresh("all");
  const got = clients[to].map((socket) => next(socket, event));
  await act(from, "emit", { event, args, emitter });
  for (const g of got) assert.deepEqual(await g, args);
}, { emitter: true });

operation("room", both, async ({ from, to, args, emitter }) => {
  const [room, event] = [fresh("room"), fresh("in")];
  const [inside, outside] = clients[to];
  await enter(inside, room, from);
  const [got, not] = [heard(inside, event), heard(outside, event)];
  const once = next(inside, event);
  await act(from, "emit", { rooms: [room], event, args, emitter });
  await once;
  await fence(from);
  assert.deepEqual([got, not], [[[event, ...args]], []]);
}, { emitter: true });

operation("two rooms, once", both, async ({ from, to, args }) => {
  const [one, two, event] = [fresh("room"), fresh("room"), fresh("in")];
  const [a, b] = clients[to];
  await enter(a, one, from);
  await enter(a, two, from);
  await enter(b, two, from);
  const [first, second] = [heard(a, event), heard(b, event)];
  await act(from, "emit", { rooms: [one, two], event, args });
  await fence(from);
  assert.deepEqual([first, second], [[[event, ...args]], [[event, ...args]]]);
});

operation("room of one socket", both, async ({ from, to, args }) => {
  const event = fresh("private");
  const [a, b] = clients[to];
  const [got, not] = [next(a, event), heard(b, event)];
  await act(from, "emit", { rooms: [a.id], event, args });
  assert.deepEqual(await got, args);
  await fence(from);
  assert.deepEqual(not, []);
});

operation("except", both, async ({ from, to, args, emitter }) => {
  const [room, event] = [fresh("room"), fresh("not")];
  const [out, inside] = clients[to];
  await enter(out, room, from);
  const [not, got] = [heard(out, event), next(inside, event)];
  await act(from, "emit", { except: [room], event, args, emitter });
  assert.deepEqual(await got, args);
  await fence(from);
  assert.deepEqual(not, []);
}, { emitter: true });

operation("order", plain, async ({ from, to, args }) => {
  const event = fresh("ordered");
  const got = many(clients[to][0], event, 100);
  await Promise.all([...Array(100).keys()].map((i) => act(from, "emit", { event, args: [i] })));
  assert.deepEqual((await got).flat(), [...Array(100).keys()]);
});

operation("acks of many", both, async ({ from, args }) => {
  const answers = await act(from, "call", { event: "query", args: [args[0]] });
  answers.sort((a, b) => (a.name < b.name ? -1 : 1));
  const everybody = names.flatMap((n) => [0, 1].map((i) => `${n}-${i}`)).sort();
  assert.deepEqual(answers, everybody.map((name) => ({ name, arg: args[0] })));
});

operation("acks of a room", both, async ({ from, to, args }) => {
  const room = fresh("room");
  await enter(clients[to][1], room, from);
  const answers = await act(from, "call", { rooms: [room], event: "query", args: [args[0]] });
  assert.deepEqual(answers, [{ name: `${to}-1`, arg: args[0] }]);
});

operation("fetchSockets", plain, async ({ from, to }) => {
  const [room, socket] = [fresh("room"), clients[to][1]];
  await enter(socket, room, from);
  const [found, ...more] = await act(from, "fetch", { rooms: [room] });
  assert.equal(more.length, 0);
  assert.equal(found.id, socket.id);
  assert.ok(found.rooms.includes(room));
  assert.equal(found.data.name, `${to}-1`);
  assert.equal(found.query.name, `${to}-1`);
});

operation("count", plain, async ({ from, to }) => {
  const room = fresh("room");
  await enter(clients[to][0], room, from);
  await enter(clients[to][1], room, from);
  const outside = { rooms: [room], except: [clients[to][0].id] };
  assert.deepEqual([await act(from, "count"), await act(from, "count", { rooms: [room] }), await act(from, "count", outside)], [6, 2, 1]);
});

operation("join and leave", plain, async ({ from, to, emitter }) => {
  const [first, second, event] = [fresh("room"), fresh("room"), fresh("in")];
  const socket = clients[to][1];
  await enter(socket, first, from);
  await act(from, "join", { rooms: [first], change: [second], emitter });
  await until(async () => (await act(from, "count", { rooms: [second] })) === 1);
  await act(from, "leave", { rooms: [first], change: [second], emitter });
  await until(async () => (await act(from, "count", { rooms: [second] })) === 0);
  const got = heard(socket, event);
  await act(from, "emit", { rooms: [second], event, args: [] });
  await fence(from);
  assert.deepEqual(got, []);
}, { emitter: true });

operation("disconnect", plain, async ({ from, to, emitter }) => {
  const [room, extra] = [fresh("room"), await client(to, "extra")];
  await enter(extra, room, from);
  const gone = next(extra, "disconnect");
  await act(from, "disconnect", { rooms: [room], close: true, emitter });
  const [reason] = await gone;
  assert.ok(["io server disconnect", "transport close"].includes(reason), reason);
  await until(async () => (await act(from, "count")) === 6);
}, { emitter: true });

operation("event to servers", both, async ({ from, to, args, emitter }) => {
  const key = fresh("note");
  const got = next(clients[to][0], key);
  await act(from, "servers", { event: "note", args: [key, ...args], emitter });
  assert.deepEqual(await got, args);
}, { emitter: true });

operation("answers of servers", both, async ({ from, to, args }) => {
  const answers = await act(from, "ask", { event: "question", args: [args[0]] });
  assert.equal(answers.length, 2);
  const answer = answers.find((a) => a.node === to);
  assert.deepEqual(answer, { node: to, arg: args[0] });
});

operation("list of rooms", plain, async ({ from, to }) => {
  const room = fresh("room");
  await clients[to][0].emitWithAck("enter", room);
  assert.ok((await act(from, "rooms")).includes(room));
}, { official: true });

async function until(condition) {
  await within(
    (async () => {
      while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
    })(),
    5000,
    "a change",
  );
}

const ways = [
  { way: "Go→Node", from: "one", to: "official" },
  { way: "Node→Go", from: "official", to: "one" },
  { way: "Go→Go", from: "one", to: "two" },
];
const emitterWays = [
  { way: "Go emitter→Node", from: "one", to: "official", emitter: true },
  { way: "Node emitter→Go", from: "official", to: "one", emitter: true },
];

async function cell(operation, way, form) {
  try {
    await within(operation.run({ ...way, args: payloads[form] }), 20_000, "the operation");
    return {};
  } catch (err) {
    return { error: err.stack };
  }
}

await connectAll();
for (const op of operations) {
  const all = [...(op.official ? ways.slice(1, 2) : ways), ...(op.emitter && mode === "classic" ? emitterWays : [])];
  if (op.official && mode !== "classic") continue;
  for (const way of all) {
    for (const form of op.forms) {
      console.log(JSON.stringify({ operation: op.name, way: way.way, form, ...(await cell(op, way, form)) }));
    }
  }
}
process.exit(0);
