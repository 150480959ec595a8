// The largest payload, and one byte more.
import assert from "node:assert/strict";
import { call, ended, feature, mode, open, parser, resumes } from "../harness.mjs";

const maxPayload = 1_000_000;

// fill returns the text that makes the packet of an event, with an ack of one digit, exactly that long; or, where binary
// messages travel as base64, as long as it can be without being longer.
function fill(event, length) {
  if (!parser) return "x".repeat(length - `420["${event}",""]`.length);
  const text = "x".repeat(100_000);
  const packet = { type: 2, data: [event, text], options: { compress: true }, id: 0, nsp: "/" };
  const rest = new parser.Encoder().encode(packet)[0].length - text.length;
  return "x".repeat((mode === "polling" ? 3 * Math.floor((length - 1) / 4) : length) - rest);
}

feature("payload of exactly maxPayload", async () => {
  const socket = await open();
  assert.equal(socket.io.engine.maxPayload ?? maxPayload, maxPayload);
  const text = fill("echo-ack", maxPayload);
  assert.ok((await call(socket, "echo-ack", text)) === text);
});

feature("large binary payload, both ways", async () => {
  const socket = await open();
  // What may have to go by POST must fit there as base64.
  const bytes = Buffer.alloc(mode === "polling" || mode === "sse" || resumes ? 740_000 : 990_000, "large ");
  const [answer, tail] = await new Promise((resolve) =>
    socket.emit("echo-ack", bytes, { tail: Buffer.from("tail") }, (...args) => resolve(args)));
  assert.ok(bytes.equals(answer));
  assert.deepEqual(tail, { tail: Buffer.from("tail") });
});

feature("payload over maxPayload ends the connection", async () => {
  const socket = await open();
  if (resumes) { // a deliberate difference: the session could not go on after such a message, so it is refused
    assert.throws(() => socket.emit("echo-ack", fill("echo-ack", maxPayload + 1), () => {}), /too large/);
    assert.equal(await call(socket, "echo-ack", "alive"), "alive");
    return;
  }
  const end = ended(socket);
  socket.emit("echo-ack", fill("echo-ack", maxPayload + 1), () => assert.fail("it was taken"));
  assert.deepEqual(await end, {
    client: mode === "polling" || mode === "sse" ? "transport error" : "transport close",
    server: mode === "polling" || mode === "sse" ? "transport close" : "transport error",
    rooms: [],
  });
  const again = await open();
  assert.equal(await call(again, "echo-ack", "the server is well"), "the server is well");
});
