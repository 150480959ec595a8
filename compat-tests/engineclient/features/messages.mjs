// Messages: text, bytes, their order.
import assert from "node:assert/strict";
import {
  command, echo, engine, feature, finalTransport, mode, next, numbered, numbers, open, transports, upgraded, upTo,
} from "../harness.mjs";

feature("text: ASCII, empty, separators of packets and lines", async () => {
  const socket = await open();
  for (const text of ["text", "a\nb\r\nc", "b64 looks like binary", "4", "\u0000\u2028\u2029", " "]) {
    assert.equal(await echo(socket, text), text);
  }
  assert.equal(await echo(socket, ""), undefined); // so the client reads it
});

feature("text: Unicode, both ways", async () => {
  const socket = await open();
  for (const text of ["cash money €€€", "てすと", "👋🏽 Ä ä Ü ü ß", "\uFEFFmark"]) {
    assert.equal(await echo(socket, text), text);
  }
  assert.equal(await echo(socket, "give utf8"), "пойду спать всем спокойной ночи");
});

feature("binary: Buffer, ArrayBuffer, typed array and its part, none", async () => {
  const socket = await open();
  const bytes = Uint8Array.from([0, 1, 2, 250, 255]);
  const part = new Uint8Array(bytes.buffer, 1, 3);
  for (const data of [Buffer.from(bytes), bytes.buffer.slice(0), bytes, part, Buffer.alloc(0)]) {
    const back = await echo(socket, data);
    assert.ok(Buffer.isBuffer(back));
    assert.deepEqual([...back], [...new Uint8Array(data.buffer ?? data, data.byteOffset ?? 0, data.byteLength)]);
  }
});

feature("binary from the server", async () => {
  const socket = await open();
  assert.deepEqual(await echo(socket, "give binary"), Buffer.from([0, 1, 2, 3, 4]));
  assert.deepEqual(await echo(socket, Buffer.from("give binary")), Buffer.from("give binary"));
});

feature("binaryType arraybuffer", async () => {
  const socket = engine();
  socket.binaryType = "arraybuffer";
  await next(socket, "message");
  await upgraded(socket);
  const back = await echo(socket, "give binary");
  assert.ok(back instanceof ArrayBuffer);
  assert.deepEqual([...new Uint8Array(back)], [0, 1, 2, 3, 4]);
});

feature("200 messages to the server and back, in order across the upgrade", async () => {
  const socket = engine();
  const back = numbers(socket, 200);
  await next(socket, "open");
  assert.equal(socket.transport.name, transports[0]);
  for (let i = 0; i < 100; i++) socket.send(numbered(i));
  if (mode === "upgrade") await next(socket, "upgrading");
  for (let i = 100; i < 200; i++) socket.send(numbered(i));
  assert.deepEqual(await back, upTo(200));
  await upgraded(socket);
});

feature("200 messages from the server, in order across the upgrade", async () => {
  const socket = engine();
  await next(socket, "open");
  const got = numbers(socket, 200);
  await command("say", socket, { n: 200 });
  assert.deepEqual(await got, upTo(200));
  await upgraded(socket);
  const more = numbers(socket, 50);
  await command("say", socket, { n: 50 });
  assert.deepEqual(await more, upTo(50));
  assert.equal(socket.transport.name, finalTransport);
});

feature("both at once", async () => {
  const socket = await open();
  const got = numbers(socket, 400);
  const said = command("say", socket, { n: 200 });
  for (let i = 0; i < 200; i++) socket.send(String(1000 + i));
  await said;
  const all = await got;
  assert.deepEqual(all.filter((i) => i < 1000), upTo(200));
  assert.deepEqual(all.filter((i) => i >= 1000), upTo(200).map((i) => 1000 + i));
});
