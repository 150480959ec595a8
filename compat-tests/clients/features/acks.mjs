// Acknowledgements, both ways: values, errors, deadlines.
import assert from "node:assert/strict";
import { call, feature, next, open, outcome, resumes } from "../harness.mjs";

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
  const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => call(socket, "echo-ack", i)));
  answers.forEach((answer, i) => assert.equal(answer, i));
});

feature("ack: a handler's error", async () => {
  const socket = await open();
  const error = { code: "not_member", message: "join the room first", data: { room: "lobby" } };
  assert.deepEqual(await call(socket, "fail", error), { error });
});

feature("emitWithAck with a timeout: answered, never answered", async () => {
  const socket = await open();
  assert.equal(await socket.timeout(5000).emitWithAck("echo-ack", "soon"), "soon");
  await assert.rejects(socket.timeout(50).emitWithAck("nobody-listens"), /timed out/);
  assert.equal(await socket.emitWithAck("echo-ack", "still here"), "still here");
}, { since: "4.6", api: "emitWithAck()" });

feature("callback with a timeout: answered, never answered", async () => {
  const socket = await open();
  const answer = (ms, ...args) => new Promise((resolve) => socket.timeout(ms).emit(...args, (...got) => resolve(got)));
  assert.deepEqual(await answer(5000, "echo-ack", "soon", 2), [null, "soon", 2]);
  const [err, ...rest] = await answer(50, "nobody-listens");
  assert.match(err.message, /timed out/);
  assert.deepEqual(rest, []);
}, { since: "4.4", api: "timeout()" });

feature("retries: one after the other, again until answered", async () => {
  const socket = await open("/", { retries: 2, ackTimeout: 400 });
  const sent = [];
  socket.onAnyOutgoing((event) => sent.push(event));
  const send = (...args) => new Promise((resolve) => socket.emit(...args, (...got) => resolve(got)));
  const [one, never, two] = await Promise.all([send("echo-ack", 1), send("nobody-listens"), send("echo-ack", 2)]);
  // A server of ours is told a key, so that it can handle an event once that comes again.
  const keys = resumes ? [one.pop()._once, two.pop()._once] : [];
  assert.equal(new Set(keys).size, keys.length);
  assert.deepEqual([one, two], [[null, 1], [null, 2]]);
  assert.match(never[0].message, /timed out/);
  assert.match(sent.join(" "), /^(echo-ack )+(nobody-listens ){3}echo-ack( echo-ack)*$/);
}, { since: "4.6", api: "the options retries and ackTimeout" });

feature("server's call with a deadline, never answered", async () => {
  const socket = await open();
  const question = next(socket, "unanswered");
  assert.equal(await call(socket, "ask-deadline", 60), "timeout");
  const late = (await question).pop();
  late("too late");
  assert.equal(await call(socket, "echo-ack", "still here"), "still here");
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
