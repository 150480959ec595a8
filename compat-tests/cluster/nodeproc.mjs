// The official server as a process that does what it is told: node nodeproc.mjs <settings>. It is what process_test.go has
// in Go, with the same commands.
import http from "node:http";
import readline from "node:readline";
import { Server } from "socket.io";
import { createAdapter as classic, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as streams } from "@socket.io/redis-streams-adapter";
import { createClient } from "redis";
import { listen, ownRooms } from "../interop/official.mjs";

const { mode, redis, prefix, maxLen, window } = JSON.parse(process.argv[2]);
const say = (what) => process.stdout.write(JSON.stringify(what) + "\n");

async function connect() {
  const client = createClient({ url: `redis://${redis}`, disableOfflineQueue: false });
  client.on("error", () => {});
  await client.connect();
  return client;
}

async function adapter() {
  switch (mode) {
    case "alone":
      return undefined;
    case "classic":
      return classic(await connect(), await connect(), { key: prefix });
    case "streams":
      return streams(await connect(), { streamName: prefix, channelPrefix: prefix, maxLen: maxLen || 10_000, onlyPlaintext: false });
  }
  return createShardedAdapter(await connect(), await connect(), { channelPrefix: prefix, subscriptionMode: mode });
}

const web = http.createServer();
const recovery = window ? { connectionStateRecovery: { maxDisconnectionDuration: window, skipMiddlewares: false } } : {};
const io = new Server(web, { adapter: await adapter(), pingInterval: 500, pingTimeout: 2500, ...recovery });

io.on("connection", (socket) => {
  if (socket.recovered) return;
  socket.data.name = "visitor";
  socket.join("red");
});

let [sent, sender] = [0];
const commands = {
  all: (...args) => void io.emit(...args),
  to: (room, ...args) => void io.to(room).emit(...args),
  except: (room, ...args) => void io.except(room).emit(...args),
  socket: (id, ...args) => void io.sockets.sockets.get(id).emit(...args),
  volatile: (...args) => void io.volatile.emit(...args),
  join: (room, other) => void io.to(room).socketsJoin(other),
  who: () =>
    [...io.sockets.sockets.values()].map((s) => ({ id: s.id, recovered: s.recovered, rooms: ownRooms(s), name: s.data.name })),
  count: async () => (await io.fetchSockets()).length,
  sent: () => sent,
  stream: (rate) => {
    const start = performance.now();
    sender = setInterval(() => {
      for (const due = Math.floor(((performance.now() - start) / 1000) * rate); sent < due; sent++) {
        (sent % 2 ? io.to("red") : io).emit("m", sent);
      }
    }, 2);
  },
  halt: () => (clearInterval(sender), sent),
};

say({ port: await listen(web) });
for await (const line of readline.createInterface({ input: process.stdin })) {
  const [command, ...args] = JSON.parse(line);
  try {
    say({ value: (await commands[command](...args)) ?? null });
  } catch (err) {
    say({ error: err.message });
  }
}
process.exit(0);
