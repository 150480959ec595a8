// The forms of the end, with the reason that each side is told.
import assert from "node:assert/strict";
import {
  command, echo, ended, engine, feature, finalTransport, many, mode, next, numbers, official, open, protocolURL, upTo,
} from "../harness.mjs";

const polls = finalTransport === "polling";

async function bothEnd(end, client, server) {
  const { client: c, server: s } = await end;
  assert.deepEqual({ client: c, server: s }, { client, server });
}

feature("client closes", async () => {
  const socket = await open();
  const end = ended(socket);
  socket.close();
  await bothEnd(end, "forced close", "transport close");
  assert.equal(socket.readyState, "closed");
});

feature("client closes behind what it has sent", async () => {
  const socket = await open();
  const end = ended(socket);
  for (let i = 0; i < 50; i++) socket.send(`number ${i}`);
  socket.close();
  assert.equal((await end).received, 50);
});

feature("client closes at once", async () => {
  const socket = engine();
  await next(socket, "handshake");
  const end = ended(socket);
  socket.close();
  await bothEnd(end, "forced close", "transport close");
});

feature("client closes while it upgrades", async () => {
  const socket = engine();
  await next(socket, mode === "upgrade" ? "upgrading" : "open");
  const end = ended(socket);
  socket.close();
  await bothEnd(end, "forced close", "transport close");
});

feature("client closes when the server has sent something", async () => {
  const socket = engine();
  const end = next(socket, "close");
  socket.on("message", () => socket.close());
  assert.equal((await end)[0], "forced close");
});

feature("a closed socket sends nothing and says so", async () => {
  const socket = await open();
  const end = ended(socket);
  socket.close();
  socket.send("lost", () => assert.fail("it was written"));
  assert.equal((await end).received, 0);
});

feature("server closes", async () => {
  const socket = await open();
  const end = ended(socket);
  await command("close", socket);
  await bothEnd(end, "transport close", "forced close");
});

feature("server closes behind what it has sent", async () => {
  const socket = await open();
  const end = ended(socket);
  const got = numbers(socket, 100);
  await command("say", socket, { n: 100 });
  await command("close", socket);
  assert.deepEqual(await got, upTo(100));
  await bothEnd(end, "transport close", "forced close");
});

feature("message over maxPayload", async () => {
  const socket = await open();
  const end = ended(socket);
  let answer; // of the POST, which forgets it behind the event
  socket.on("error", ({ context }) => (answer = { status: context?.status, body: context?.responseText }));
  socket.send("x".repeat(100));
  const { client, server, received, description } = await end;
  assert.equal(received, 0);
  if (polls) {
    assert.deepEqual({ client, server }, { client: "transport error", server: "transport close" });
    assert.deepEqual(answer, { status: 413, body: "" });
  } else {
    assert.deepEqual({ client, server }, { client: "transport close", server: "transport error" });
    assert.equal(description.context.code, 1009);
    assert.equal(description.context.reason, "");
  }
});

feature("heartbeat of half a second keeps a session that answers", async () => {
  const socket = await open({}, protocolURL);
  await many(socket, "ping", 4);
  assert.equal(await echo(socket, "alive"), "alive");
});

feature("heartbeat: a client that answers no ping", async () => {
  const socket = await open({}, protocolURL);
  await next(socket, "ping");
  const sendPacket = socket._sendPacket;
  socket._sendPacket = (type, ...rest) => type === "pong" || sendPacket.call(socket, type, ...rest);
  const start = performance.now();
  await bothEnd(ended(socket), "transport close", "ping timeout");
  assert.ok(performance.now() - start < 3000); // 500 ms, on a busy machine
});

// toldOfTheEnd is what a client hears when the server has ended its session at once: its poll is answered with the end,
// or comes behind the end and is refused.
const toldOfTheEnd = polls ? ["transport close", "transport error"] : ["transport close"];

feature("packet that does not parse", async () => {
  const socket = await open();
  const end = ended(socket);
  if (polls) socket.transport.doWrite("abc", () => {});
  else socket.transport.ws.send("abc");
  const { client, server } = await end;
  assert.equal(server, "parse error");
  assert.ok(toldOfTheEnd.includes(client), client);
});

feature("ping in the wrong direction", async () => {
  const socket = await open();
  const end = ended(socket);
  socket._sendPacket("ping");
  const { client, server } = await end;
  // A deliberate difference: whatever breaks the protocol has one reason.
  assert.equal(server, official ? "transport error" : "parse error");
  assert.ok(toldOfTheEnd.includes(client), client);
});

feature("upgrade packet in the middle of a session is ignored", async () => {
  const socket = await open();
  socket._sendPacket("upgrade");
  assert.equal(await echo(socket, "after it"), "after it");
  assert.equal(socket.transport.name, finalTransport);
});
