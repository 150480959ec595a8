// Acknowledgements, both ways: values, errors, deadlines.
import assert from "node:assert/strict";
import { feature, next, open, outcome } from "../harness.mjs";

// acked sends the arguments with a callback and returns the arguments it is called with.
function acked(socket, ...args) {
  return new Promise((resolve) => socket.emit("echo-ack", ...args, (...answer) => resolve(answer)));
}

// asked makes the server ask; the client answers with what it was asked.
async function asked(socket, ...args) {
  socket.once("question", (...question) => question.pop()(...question));
  const answer = next(socket, "answered");
  socket.emit("ask", ...args);
  return answer;
}

const nested = { a: [1, { b: null }], c: "👋", d: false };
const binary = { bytes: Buffer.from("bytes"), list: [Buffer.alloc(0), 1] };

for (const [way, roundTrip] of [["from the server", acked], ["from the client", asked]]) {
  feature(`ack ${way}: text, several values, none`, async () => {
    const socket = await open();
    assert.deepEqual(await roundTrip(socket, "text"), ["text"]);
    assert.deepEqual(await roundTrip(socket, "three", 0, null), ["three", 0, null]);
    assert.deepEqual(await roundTrip(socket), []);
  });
  feature(`ack ${way}: nested JSON`, async () => {
    assert.deepEqual(await roundTrip(await open("/a"), nested), [nested]);
  });
  feature(`ack ${way}: binary`, async () => {
    assert.deepEqual(await roundTrip(await open(), binary, Buffer.from("second")), [binary, Buffer.from("second")]);
  });
}

feature("100 acks at once, each its own answer", async () => {
  const socket = await open();
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => socket.emitWithAck("echo-ack", i)));
  answers.forEach((answer, i) => assert.equal(answer, i));
});

feature("ack: a handler's error", async () => {
  const socket = await open();
  const error = { code: "not_member", message: "join the room first", data: { room: "lobby" } };
  assert.deepEqual(await socket.emitWithAck("fail", error), { error });
});

feature("emitWithAck with a timeout: answered, never answered", async () => {
  const socket = await open();
  assert.equal(await socket.timeout(5000).emitWithAck("echo-ack", "soon"), "soon");
  await assert.rejects(socket.timeout(50).emitWithAck("nobody-listens"), /timed out/);
  assert.equal(await socket.emitWithAck("echo-ack", "still here"), "still here");
});

feature("server's call with a deadline, never answered", async () => {
  const socket = await open();
  const question = next(socket, "unanswered");
  assert.equal(await socket.emitWithAck("ask-deadline", 60), "timeout");
  const late = (await question).pop();
  late("too late");
  assert.equal(await socket.emitWithAck("echo-ack", "still here"), "still here");
});

feature("server's call ends with the socket", async () => {
  const socket = await open();
  const key = `gone-${socket.id}`;
  const question = next(socket, "unanswered");
  socket.emit("ask-gone", key);
  await question;
  socket.disconnect();
  assert.equal((await outcome(key)).reason, "disconnected");
});
