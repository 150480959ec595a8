// migrated.mjs <url> <object|list>: what the official client sees of a server of docs/migration. How the arguments of "chat"
// are sent is the second argument.
import { io } from "socket.io-client";

const [url, form] = process.argv.slice(2);
const connect = (token) => new Promise((done, fail) => {
  const socket = io(url, { auth: { token }, reconnection: false });
  socket.on("connect", () => done(socket));
  socket.on("connect_error", fail);
});
const chat = (room, text) => (form === "object" ? [{ room, text }] : [room, text]);

const ann = await connect("ann");
const bob = await connect("bob");
console.log("join:", await ann.timeout(30_000).emitWithAck("join", "tea"), await bob.timeout(30_000).emitWithAck("join", "tea"));
const heard = new Promise((done) => bob.on("chat", (...args) => done(args)));
ann.emit("chat", ...chat("tea", "hello"));
console.log("chat:", JSON.stringify(await heard));
ann.close();
bob.close();
if (form === "object") {
  console.log("stranger:", await connect("").then((s) => s.close() && "came in", (err) => err.message));
}
