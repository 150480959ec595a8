// The official client, unmodified. It reads one line of JSON, {"url": …, "options": {…}}, connects, and prints a line for
// whatever happens to it. Further lines are events to be emitted. It ends when its standard input does.
import readline from "node:readline";
import { io } from "socket.io-client";

const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");
const readable = (arg) => (Buffer.isBuffer(arg) ? { bytes: arg.toString() } : arg);

let socket;
for await (const line of readline.createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  if (socket) {
    socket.emit(...command);
    continue;
  }
  socket = io(command.url, command.options);
  socket.onAny((...args) => {
    const ack = args.at(-1);
    if (typeof ack === "function") ack(args.pop() && "heard");
    say({ at: "event", args: args.map(readable) });
  });
  socket.on("connect", () => say({ at: "connect", id: socket.id, recovered: socket.recovered ?? false }));
  socket.on("disconnect", (why) => say({ at: "disconnect", why }));
  // Of an attempt that failed before the server answered it, the client makes another.
  socket.on("connect_error", (err) => socket.active || say({ at: "refused", why: err.message }));
}
process.exit(0);
