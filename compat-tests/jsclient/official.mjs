// An official client that asks question after question while its connections are cut:
// official.mjs <url> <polling | websocket | upgrade> <seconds>. It prints what became of them, as JSON.
import { io } from "socket.io-client";

const [url, transport, seconds] = process.argv.slice(2);
const transports = transport === "upgrade" ? ["polling", "websocket"] : [transport];
const socket = io(url, { transports, reconnectionDelay: 20, reconnectionDelayMax: 100 });
const result = { answered: 0, wrong: 0, lost: 0, connects: 0 };
socket.on("connect", () => result.connects++);

const bytes = Buffer.from("bytes");
const end = Date.now() + seconds * 1000;
for (let n = 0; Date.now() < end; n++) {
  if (!socket.connected) await new Promise((done) => socket.once("connect", done));
  try {
    if ((await socket.timeout(1000).emitWithAck("echo", String(n), bytes)) === String(n)) result.answered++;
    else result.wrong++;
  } catch {
    result.lost++;
  }
}
socket.disconnect();
console.log(JSON.stringify(result));
