// Listeners for every event, and the flags of an event.
import assert from "node:assert/strict";
import { call, feature, next, open } from "../harness.mjs";

feature("listeners for every event", async () => {
  const socket = await open();
  const heard = [];
  const second = (...args) => heard.push(["second", ...args]);
  socket.onAny(second);
  socket.prependAny((...args) => heard.push(["first", ...args]));
  const back = next(socket, "echo-back");
  socket.emit("echo", 1, Buffer.from("2"));
  await back;
  const args = ["echo-back", 1, Buffer.from("2")];
  assert.deepEqual(heard.splice(0), [["first", ...args], ["second", ...args]]);
  socket.offAny(second);
  const again = next(socket, "echo-back");
  socket.emit("echo");
  await again;
  assert.deepEqual(heard, [["first", "echo-back"]]);
});

feature("listeners for every event sent", async () => {
  const socket = await open();
  const sent = [];
  socket.onAnyOutgoing((...args) => sent.push(args));
  assert.equal(await call(socket, "echo-ack", "text"), "text");
  assert.deepEqual(sent.map(([event, what]) => [event, what]), [["echo-ack", "text"]]);
}, { since: "4.5", api: "onAnyOutgoing()" });

feature("volatile and uncompressed events", async () => {
  const socket = await open();
  const back = next(socket, "echo-back");
  socket.compress(false).emit("echo", "plain");
  assert.deepEqual(await back, ["plain"]);
  // A volatile event is lost while the transport is busy. Answers may come before the transport is told that their
  // question is written, so only its own word counts.
  const { engine } = socket.io;
  if (!engine.transport.writable) await next(engine, "drain");
  const again = next(socket, "echo-back");
  socket.volatile.emit("echo", "volatile");
  assert.deepEqual(await again, ["volatile"]);
});
