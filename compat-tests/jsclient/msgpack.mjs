// The bundle with the MessagePack codec, over WebSocket: msgpack.mjs <url>. It prints what came back wrong, as JSON.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import WebSocket from "ws";

const io = createRequire(import.meta.url)("../../client-js/dist/socket.io.msgpack.min.js");
const [url] = process.argv.slice(2);
const socket = io(url, { WebSocket, transports: ["websocket"], auth: { token: "t" } });
await new Promise((done) => socket.on("connect", done));
const ask = (...args) => new Promise((done) => socket.emit("same", ...args, (...got) => done(got)));
const bytes = new Uint8Array([0, 1, 254, 255]).buffer;
const values = [
  "Grüße 👋", 0, -1, 255, 65536, 2 ** 40, 0.5, true, null, [], { a: { b: [1, { "": "x".repeat(70_000) }] } }, bytes, { deep: [bytes] },
];
for (const value of values) assert.deepEqual(await ask(value, 1), [value, 1]);
console.log(JSON.stringify({ values: values.length }));
process.exit(0);
