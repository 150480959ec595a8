// One bundled client on a network that treats transports differently: through.mjs <url>. It prints how long it took to
// be connected and to get an answer, and over what, as JSON.
import { createRequire } from "node:module";
import WebSocket from "ws";

const io = createRequire(import.meta.url)("../../client-js/dist/socket.io.js");
const [url] = process.argv.slice(2);
const began = Date.now();
const socket = io(url, { WebSocket });
const result = { disconnects: [] };
socket.on("disconnect", (why) => result.disconnects.push(why));
await new Promise((done) => socket.on("connect", done));
result.connect = Date.now() - began;
const answer = await socket.timeout(20_000).emitWithAck("echo", "hello", Buffer.from("bytes"));
result.answer = Date.now() - began;
result.right = answer === "hello";
result.transport = socket.io.engine.transport.name;
result.log = io.log;
console.log(JSON.stringify(result));
process.exit(0);
