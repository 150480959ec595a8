// What the features share: sockets of engine.io-client over one of three transports.
import { Socket } from "engine.io-client";
import { ask, cleanup, extra, next, outcome, transports, upgraded, url, within } from "../interop/harness.mjs";

export * from "../interop/harness.mjs";

// protocolURL is the server with the fast heartbeat; it does not say "hi".
export const [protocolURL] = extra;

// engine returns a socket that is opening.
export function engine(options = {}, address = url) {
  const socket = new Socket(address, { transports, ...options });
  socket.on("error", () => {}); // told by "close" too
  socket.on("handshake", (data) => (socket.handshake = data));
  cleanup(() => socket.close());
  return socket;
}

// open returns a socket that is open and on the transport of this mode; it has heard "hi", if that is said.
export async function open(options = {}, address = url) {
  const socket = engine(options, address);
  await next(socket, address === url ? "message" : "open");
  await upgraded(socket);
  return socket;
}

// echo sends data and returns the next message.
export async function echo(socket, data) {
  const back = next(socket, "message");
  socket.send(data);
  return (await back)[0];
}

// failed waits for the end of a socket that must not open, and returns what it was told: the reason, the HTTP status,
// the body.
export async function failed(socket) {
  const told = {};
  socket.on("open", () => (told.opened = true));
  socket.on("error", ({ description, context }) => {
    // An XHR, which forgets its answer behind this, tells the status; a WebSocket the text of its error.
    told.status = context?.status ?? Number(/\b[45]\d\d\b/.exec(description?.message)?.[0]);
    told.body = context?.responseText;
  });
  [told.reason] = await next(socket, "close");
  return told;
}

// ended is how a socket's end looked from both sides.
export async function ended(socket) {
  const { sid } = socket.handshake;
  const [[client, description], server] = await Promise.all([next(socket, "close"), outcome(sid)]);
  return { client, server: server.reason, received: server.received, description };
}

// command has the server do something with the session of the socket.
export async function command(what, socket, query = {}) {
  await ask(what, { key: socket.handshake.sid, ...query });
}

// numbered is message i of a row; every third is binary. It has three digits: of what does not fill its base64 the
// client underestimates the length, and writes batches over maxPayload.
export function numbered(i) {
  const text = String(i).padStart(3, "0");
  return i % 3 === 0 ? Buffer.from(text) : text;
}

// numbers resolves with the next n messages of rows.
export function numbers(socket, n) {
  const got = [];
  const all = new Promise((resolve) => {
    socket.on("message", function listen(data) {
      if (data === "hi" || got.push(Number(String(data))) < n) return;
      socket.off("message", listen);
      resolve(got);
    });
  });
  return within(all, 8000, `${n} numbers`);
}

export const upTo = (n) => Array.from({ length: n }, (_, i) => i);
