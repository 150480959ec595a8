// What the features share: clients of the official library, in its versions, over one of three transports.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import * as base from "../interop/harness.mjs";

export * from "../interop/harness.mjs"; // feature and upgraded are those of this file

const { ask, cleanup, control, mode, next, outcome, transports, url, within } = base;

// The client library goes by the name of its folder, which tells an old version from the current one; the bundled
// client by its file. It does what the current version does.
const folder = process.env.EVERWIRE_CLIENT ?? "socket.io-client";
export const library = await import(folder);
export const bundled = folder.endsWith(".js");
export const cluster = Boolean(process.env.EVERWIRE_NODES); // requests reach one node after the other
export const stock = process.env.EVERWIRE_RESUME === "stock"; // the bundled client does not ask for resumption
export const resumes = process.env.EVERWIRE_RESUME === "resume"; // sessions survive their connections
const manifest = new URL(`../node_modules/${bundled ? "socket.io-client" : folder}/package.json`, import.meta.url);
const [major, minor] = JSON.parse(readFileSync(manifest)).version.split(".").map(Number);
const version = `${major}.${minor}`;
const own = bundled && { WebSocket: (await import("ws")).default, resume: !stock, rememberUpgrade: false };

// parser is that of the official parser for MessagePack, if the packets are to be in it.
export const parser = process.env.EVERWIRE_PARSER ? (await import(process.env.EVERWIRE_PARSER)).default : undefined;

// has tells whether the client library is of that version or later.
export function has(since) {
  const [wantMajor, wantMinor] = since.split(".").map(Number);
  return major > wantMajor || (major === wantMajor && minor >= wantMinor);
}

// feature registers a row of the table. A client older than `since` does not have it; `api` says what it lacks.
export function feature(name, run, { since = "4.0", api } = {}) {
  const absent = { absent: `not in ${version}`, reason: `${api} came with ${since}` };
  base.feature(name, has(since) ? run : async () => absent);
}

// session returns a manager of its own: one session of the engine.
export function session(options = {}) {
  const manager = new library.Manager(url, {
    transports,
    autoConnect: false,
    reconnection: false,
    ...own,
    ...(parser && { parser }),
    ...options,
  });
  cleanup(() => {
    manager.reconnection(false);
    manager.disconnect();
  });
  return manager;
}

// call emits an event and resolves with the first value of its answer, as emitWithAck does in clients that have it.
export function call(socket, event, ...args) {
  return within(new Promise((resolve) => socket.emit(event, ...args, resolve)), 8000, `answer to "${event}"`);
}

// upgraded waits until the manager's session is on the transport of this mode.
export function upgraded(manager) {
  return base.upgraded(manager.engine);
}

// open connects a socket, and in the mode "upgrade" waits for the upgrade. It has heard the welcome of the server.
export async function open(nsp = "/", { manager = session(), early = false, ...options } = {}) {
  const socket = manager.socket(nsp, options);
  const welcome = next(socket, "welcome");
  socket.connect();
  [socket.welcome] = await welcome;
  if (!early) await upgraded(manager);
  return socket;
}

// refused connects a socket that must be refused, and returns the error.
export async function refused(nsp, { manager = session(), auth } = {}) {
  const socket = manager.socket(nsp, { auth });
  const error = next(socket, "connect_error");
  socket.connect();
  return { socket, error: (await error)[0] };
}

// ended is how a socket's end looked from both sides.
export async function ended(socket, id = socket.welcome.id) {
  const [[client], server] = await Promise.all([next(socket, "disconnect"), outcome(id)]);
  return { client, server: server.reason, rooms: server.rooms };
}

export async function restartServer() {
  await ask("restart");
}

// victim starts another process with one connected client; resolves when that is on its final transport.
export async function victim() {
  const path = fileURLToPath(new URL("./victim.mjs", import.meta.url));
  const child = spawn(process.execPath, [path, url, control, mode], { stdio: ["ignore", "pipe", "inherit"] });
  cleanup(() => child.kill("SIGKILL"));
  const [id] = await next(createInterface({ input: child.stdout }), "line");
  return { id, kill: (signal) => child.kill(signal) };
}
