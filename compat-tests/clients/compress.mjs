// Compression: compress.mjs <url>
// The official client over long-polling by fetch, which takes gzip, and over WebSocket, where it offers
// permessage-deflate. All kinds of messages go there and back. Prints one JSON line for each transport: how many came
// back whole, and whether anything came compressed.
import assert from "node:assert/strict";
import { Fetch, NodeWebSocket, io } from "socket.io-client";

const [url] = process.argv.slice(2);
const words = ["Habe", "nun", "ach", "Philosophie", "größer", "🙂"];
const messages = [];
for (const n of [0, 1, 100, 200, 1000, 5_000]) {
  const text = Array.from({ length: n }, (_, i) => words[(i * i) % words.length]).join(" ");
  messages.push(text, Buffer.from(text), { text, bytes: Buffer.from(text), n });
}
messages.push(Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * 7919 * i) % 251)));

let encoded = false;
const plainFetch = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const answer = await plainFetch(...args);
  encoded ||= answer.headers.get("content-encoding") === "gzip";
  return answer;
};

for (const [transport, Class] of Object.entries({ polling: Fetch, websocket: NodeWebSocket })) {
  const socket = io(url, { transports: [Class], forceNew: true, reconnection: false });
  let whole = 0;
  for (const message of messages) {
    assert.deepEqual(await socket.timeout(20_000).emitWithAck("echo", message), message);
    whole++;
  }
  const together = await Promise.all(messages.map((m) => socket.timeout(20_000).emitWithAck("echo", m)));
  assert.deepEqual(together, messages);
  const compressed = transport === "polling" ? encoded : "permessage-deflate" in socket.io.engine.transport.ws._extensions;
  console.log(JSON.stringify({ transport, whole, compressed }));
  socket.close();
}
