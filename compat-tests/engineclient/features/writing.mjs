// Writing: batches below the limit, what is told of them, headers.
import assert from "node:assert/strict";
import { echo, engine, feature, many, next, open, transports } from "../harness.mjs";

const polls = transports.length === 1 && transports[0] === "polling";
const maxPayload = 100;

// batches sends the messages while another one is on its way, and returns how many writes they took and what came back.
async function batches(socket, messages) {
  const back = many(socket, "message", messages.length + 1);
  socket.send("first");
  let flushes = 0;
  socket.on("flush", () => flushes++);
  for (const message of messages) socket.send(message);
  const drained = next(socket, "drain");
  const [, ...echoes] = (await back).map(([data]) => data);
  await drained;
  return { flushes, echoes };
}

feature("a batch of exactly maxPayload bytes is one write", async () => {
  // Three packets of one character each for their type, and the two separators between them.
  const messages = ["x".repeat(40), "y".repeat(40), "z".repeat(maxPayload - 80 - 5)];
  const { flushes, echoes } = await batches(await open(), messages);
  assert.deepEqual(echoes, messages);
  assert.equal(flushes, 1);
});

feature("a batch of one byte more is two writes over polling", async () => {
  const messages = ["x".repeat(40), "y".repeat(40), "z".repeat(maxPayload - 80 - 5 + 1)];
  const { flushes, echoes } = await batches(await open(), messages);
  assert.deepEqual(echoes, messages);
  assert.equal(flushes, polls ? 2 : 1);
});

feature("a batch is measured in bytes of UTF-8", async () => {
  const messages = ["€".repeat(31), "ab"]; // 93 + 2, two types, one separator
  const socket = await open();
  assert.deepEqual(await batches(socket, messages), { flushes: 1, echoes: messages });
  const more = ["€".repeat(31), "abcdef"];
  assert.deepEqual(await batches(socket, more), { flushes: polls ? 2 : 1, echoes: more });
});

feature("one message of exactly maxPayload bytes", async () => {
  const socket = await open();
  const text = "x".repeat(maxPayload - 1);
  assert.equal(await echo(socket, text), text);
  // Over polling bytes are base64 behind one character; in a frame they have no type.
  const bytes = Buffer.alloc(polls ? 72 : maxPayload, "bytes");
  assert.deepEqual(await echo(socket, bytes), bytes);
});

feature("write callbacks, in order, then drain", async () => {
  const socket = await open();
  const order = [];
  const drained = next(socket, "drain");
  socket.on("drain", () => order.push("drain"));
  const back = many(socket, "message", 2);
  socket.send("one", () => order.push("one"));
  socket.send("two", {}, () => order.push("two"));
  await drained;
  await back;
  assert.deepEqual(order.slice(0, 2), ["one", "two"]);
  assert.ok(order.includes("drain"));
  assert.equal(socket.writeBuffer.length, 0);
});

feature("what is sent before the opening is delivered", async () => {
  const socket = engine();
  const got = many(socket, "message", 3);
  socket.send("early");
  socket.write(Buffer.from("bird"));
  assert.deepEqual((await got).map(([data]) => String(data)), ["hi", "early", "bird"]);
});

feature("extra headers reach the server with each POST", async () => {
  const socket = engine({ upgrade: false, extraHeaders: { "X-Custom": "yes" } });
  await next(socket, "message");
  const headers = JSON.parse(await echo(socket, "sendHeaders"));
  assert.equal(headers["x-custom"], transports[0] === "polling" ? "yes" : undefined); // a frame has no headers
});

for (const [withCredentials, sent] of [[true, "1=1; 2=2"], [false, undefined]]) {
  feature(`cookies of the handshake, withCredentials: ${withCredentials}`, async () => {
    const socket = engine({ upgrade: false, withCredentials });
    await next(socket, "message");
    const { cookie } = JSON.parse(await echo(socket, "sendHeaders"));
    assert.equal(cookie, transports[0] === "polling" ? sent : undefined);
  });
}
