// Refusals: what the client is told when a request gets no session.
import assert from "node:assert/strict";
import { NodeWebSocket, NodeXHR } from "engine.io-client";
import { echo, engine, failed, feature, finalTransport, next, transports, upgraded } from "../harness.mjs";

const polling = transports[0] === "polling";
const classes = { polling: NodeXHR, websocket: NodeWebSocket };

// Odd is the first transport under a name that no server knows.
class Odd extends classes[transports[0]] {
  get name() {
    return "odd";
  }
}

feature("refused by the application", async () => {
  const { opened, reason, status, body } = await failed(engine({ query: { deny: 1 } }));
  assert.ok(!opened);
  assert.equal(reason, "transport error");
  assert.equal(status, polling ? 403 : 400);
  if (polling) assert.deepEqual(JSON.parse(body), { code: 4, message: "Forbidden" });
});

feature("unknown session", async () => {
  const { reason, status, body } = await failed(engine({ query: { sid: "nobody" } }));
  assert.equal(reason, "transport error");
  assert.equal(status, 400);
  if (polling) assert.deepEqual(JSON.parse(body), { code: 1, message: "Session ID unknown" });
});

feature("unknown transport", async () => {
  const { reason, status, body } = await failed(engine({ transports: [Odd] }));
  assert.equal(reason, "transport error");
  assert.equal(status, 400);
  if (polling) assert.deepEqual(JSON.parse(body), { code: 0, message: "Transport unknown" });
});

feature("tryAllTransports: goes on behind a transport that is refused", async () => {
  const socket = engine({
    transports: [Odd, ...transports.map((name) => classes[name])],
    tryAllTransports: true,
  });
  const hi = next(socket, "message");
  await next(socket, "open");
  assert.equal(socket.transport.name, transports[0]);
  assert.deepEqual(await hi, ["hi"]);
  await upgraded(socket);
  assert.equal(socket.transport.name, finalTransport);
  assert.equal(await echo(socket, "at last"), "at last");
});

feature("a refused upgrade leaves the session where it is", async () => {
  const socket = engine({ transports: ["polling", "websocket"], transportOptions: { websocket: { query: {
    EIO: "4", transport: "websocket", sid: "nobody",
  } } } });
  const error = next(socket, "upgradeError");
  await next(socket, "message");
  assert.equal((await error)[0].transport, "websocket");
  assert.equal(socket.transport.name, "polling");
  assert.equal(await echo(socket, "still polling"), "still polling");
});
