// One bundled client that sends and receives numbered messages while its connections are cut:
// cuts.mjs <url> <transports, with commas> <seconds>. It prints what became of the messages, as JSON.
import { createRequire } from "node:module";
import WebSocket from "ws";

const io = createRequire(import.meta.url)("../../client-js/dist/socket.io.js"); // the debug build: members have their names
const [url, names, seconds] = process.argv.slice(2);
const transports = names.split(",");
const rate = 200;

const socket = io(url, { transports, WebSocket, rememberUpgrade: false });
const result = { connects: 0, disconnects: [], sent: 0, received: 0, wrong: 0, resumes: 0, used: {}, errors: 0 };
socket.on("connect", () => result.connects++);
socket.on("disconnect", (why) => result.disconnects.push(why));
socket.io.on("resume", () => {
  result.resumes++;
  const { name } = socket.io.engine.transport;
  result.used[name] = (result.used[name] ?? 0) + 1;
});
socket.on("down", (n, bytes) => {
  if (n !== result.received || (bytes && bytes.toString() !== String(n))) result.wrong++;
  result.received++;
});

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
await new Promise((done) => socket.on("connect", done));
const end = Date.now() + seconds * 1000, began = Date.now();
let moved = began;
while (Date.now() < end) {
  for (; result.sent < ((Date.now() - began) * rate) / 1000; result.sent++) {
    if (result.sent % 7 === 3) socket.emit("up", result.sent, Buffer.from(String(result.sent)));
    else socket.emit("up", result.sent);
  }
  const { engine } = socket.io;
  if (transports.length > 1 && Date.now() - moved > 250 && engine.id) { // as the application does when its network changes
    moved = Date.now();
    engine.start_(engine.classes_[Math.floor(Math.random() * engine.classes_.length)]);
  }
  await pause(5);
}
result.server = await new Promise((done) => socket.emit("stop", done));
result.log = io.log.slice(-60);
console.log(JSON.stringify(result));
socket.disconnect();
setTimeout(() => process.exit(0), 300);
