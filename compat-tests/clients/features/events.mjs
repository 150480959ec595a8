// Events with any arguments, both ways, and their order.
import assert from "node:assert/strict";
import { call, feature, many, next, official, open, parser, session } from "../harness.mjs";

// A server of ours takes 1,000 packets in one POST, an event with its attachment counted as one. What leaves while
// another POST is on its way leaves in one.
const largestPost = 900;

// The official encoder of MessagePack cuts off what an integer has beyond 64 bits.
const large = parser ? 1e19 : 1e21;

// echo sends the arguments as an event and returns the arguments of the event that comes back.
async function echo(socket, ...args) {
  const back = next(socket, "echo-back");
  socket.emit("echo", ...args);
  return back;
}

async function comesBack(...args) {
  const socket = await open();
  assert.deepEqual(await echo(socket, ...args), args);
}

feature("event: text and unicode", async () => {
  const socket = await open();
  const texts = ["plain", "", "てすと", "Я Б Г Д", "Ä ß — “quotes”", "👩‍👩‍👧 😀", '"\\/\b\n\t', "\u0000\u001e\u2028\u2029\ufeff"];
  for (const text of texts) assert.deepEqual(await echo(socket, text), [text]);
});

feature("event: nested JSON", () => comesBack({ a: [1, { b: [[], {}, [null]] }], "a key": { "ключ": "👋", "": 0 } }));

feature("event: many arguments, and none", async () => {
  await comesBack(...Array.from({ length: 50 }, (_, i) => ({ i })));
  await comesBack();
});

feature("event: numbers, null, true, false", () =>
  comesBack(0, -1, 0.1, large, 5e-324, Number.MAX_SAFE_INTEGER, null, true, false, [null, false]));

feature("event: order with a mix of text and binary", async () => {
  const socket = await open();
  const back = many(socket, "echo-back", 60);
  for (let i = 0; i < 60; i++) socket.emit("echo", i, i % 2 ? Buffer.from([i]) : "text");
  (await back).forEach(([i, what], n) => {
    assert.equal(i, n);
    assert.deepEqual(what, n % 2 ? Buffer.from([n]) : "text");
  });
});

feature("event: sent before the connection stands", async () => {
  const manager = session();
  const socket = manager.socket("/");
  const back = many(socket, "echo-back", 2);
  socket.emit("echo", "first");
  socket.emit("echo", Buffer.from("second"));
  socket.connect();
  assert.deepEqual(await back, [["first"], [Buffer.from("second")]]);
});

feature("binary: Buffer, Uint8Array and ArrayBuffer", async () => {
  const socket = await open();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  const arrayBuffer = new Uint8Array(bytes).buffer;
  for (const form of [bytes, new Uint8Array(bytes), arrayBuffer]) {
    const [back, ...rest] = await echo(socket, form);
    // With MessagePack the official server hands out ArrayBuffers as what they were, and sends them back so.
    assert.deepEqual([official && parser ? Buffer.from(back) : back, ...rest], [bytes]);
  }
});

feature("binary: nested, several in one event", async () => {
  const part = (i) => Buffer.from(`part ${i}`);
  await comesBack({ a: part(0), list: [part(1), "text", { deep: part(2) }] }, part(3), null, [part(4), part(5)]);
  await comesBack(...Array.from({ length: 10 }, (_, i) => part(i)));
});

feature("binary: empty", () => comesBack(Buffer.alloc(0), { nested: Buffer.alloc(0) }, "after"));

feature("1,000 events in order to the server", async () => {
  const socket = await open();
  for (let i = 0; i < 1000; i++) {
    socket.emit("count", i);
    if (i % largestPost === 0) await call(socket, "echo-ack");
  }
  const tally = await call(socket, "counted", 1000);
  assert.deepEqual(tally, { received: 1000, lost: 0, doubled: 0, disordered: 0 });
});

feature("1,000 events in order to the client", async () => {
  const socket = await open();
  const numbers = many(socket, "number", 1000);
  socket.emit("send-numbers", 1000);
  (await numbers).forEach(([i], n) => assert.equal(i, n));
});

// All of it leaves in one POST.
feature("900 binary events in order, both ways", async () => {
  const socket = await open();
  const numbers = many(socket, "number", largestPost);
  socket.emit("send-numbers", largestPost, true);
  for (let i = 0; i < largestPost; i++) socket.emit("count", i, Buffer.from(String(i)));
  const tally = await call(socket, "counted", largestPost);
  assert.deepEqual(tally, { received: largestPost, lost: 0, doubled: 0, disordered: 0 });
  (await numbers).forEach((args, n) => assert.deepEqual(args, [n, Buffer.from(String(n))]));
});
