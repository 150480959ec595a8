// One bundled client on a slow network: slow.mjs <url> <transport> <bytes up> <bytes down>. It prints whether its question
// was answered, how long that took and how often the connection was given up meanwhile, as JSON.
import { createRequire } from "node:module";
import WebSocket from "ws";

const io = createRequire(import.meta.url)("../../client-js/dist/socket.io.js");
const [url, transport, up, down] = process.argv.slice(2);
const socket = io(url, { WebSocket, transports: [transport] });
const result = { suspends: 0, disconnects: [] };
socket.io.on("suspend", () => result.suspends++);
socket.on("disconnect", (why) => result.disconnects.push(why));
await new Promise((done) => socket.on("connect", done));
const began = Date.now();
const answer = socket.emitWithAck("large", "x".repeat(+up), +down);
// Something that is to be acknowledged goes up while the answer comes down.
const asked = setTimeout(() => socket.emit("nothing"), 300);
result.answer = (await answer).length;
clearTimeout(asked);
result.took = Date.now() - began;
result.log = io.log;
console.log(JSON.stringify(result));
process.exit(0);
