// The official server as a node of the cluster: node official.mjs <mode> <Redis port> <prefix>. It prints its address, and
// ends with its standard input. What clients can have it do is in do_test.go, too.
import http from "node:http";
import { Server } from "socket.io";
import { createAdapter as classic, createShardedAdapter } from "@socket.io/redis-adapter";
import { createAdapter as streams } from "@socket.io/redis-streams-adapter";
import { Emitter } from "@socket.io/redis-emitter";
import { createClient } from "redis";
import { address, listen } from "../interop/official.mjs";

const [mode, port, prefix] = process.argv.slice(2);

async function connect() {
  const client = createClient({ url: `redis://127.0.0.1:${port}` });
  await client.connect();
  return client;
}

async function adapter() {
  switch (mode) {
    case "classic":
      return classic(await connect(), await connect(), { key: prefix });
    case "streams":
      return streams(await connect(), { streamName: prefix, channelPrefix: prefix });
  }
  const options = { channelPrefix: prefix, subscriptionMode: mode };
  return createShardedAdapter(await connect(), await connect(), options);
}

const server = http.createServer();
const io = new Server(server, { adapter: await adapter() });
const emitter = new Emitter(await connect(), { key: prefix });

function targetOf(q) {
  let target = q.emitter ? emitter : io;
  if (q.rooms) target = target.to(q.rooms);
  if (q.except) target = target.except(q.except);
  return target;
}

const actions = {
  emit: (q) => void targetOf(q).emit(q.event, ...q.args),
  call: (q) => targetOf(q).timeout(3000).emitWithAck(q.event, ...q.args),
  fetch: async (q) =>
    (await targetOf(q).fetchSockets()).map((s) => ({ id: s.id, rooms: [...s.rooms], data: s.data, query: s.handshake.query })),
  count: async (q) => (await targetOf(q).fetchSockets()).length,
  join: (q) => targetOf(q).socketsJoin(q.change),
  leave: (q) => targetOf(q).socketsLeave(q.change),
  disconnect: (q) => targetOf(q).disconnectSockets(q.close),
  servers: (q) => void (q.emitter ? emitter : io).serverSideEmit(q.event, ...q.args),
  ask: (q) => io.serverSideEmitWithAck(q.event, ...q.args),
  rooms: async () => [...(await io.of("/").adapter.allRooms())],
};

io.on("note", (key, ...args) => io.local.emit(key, ...args));
io.on("question", (arg, ack) => ack({ node: "official", arg }));

io.on("connection", (socket) => {
  socket.data = { name: socket.handshake.query.name };
  socket.on("enter", (room, ack) => {
    socket.join(room);
    ack();
  });
  socket.on("do", async (what, q, ack) => {
    try {
      ack({ value: (await actions[what](q)) ?? null });
    } catch (err) {
      ack({ failed: err.message });
    }
  });
});

console.log(address(await listen(server)));
process.stdin.on("end", () => process.exit(0)).resume();
