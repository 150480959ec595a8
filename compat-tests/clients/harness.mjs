// What the features share: clients of the official library in one of three modes, and waits with a deadline.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const [url, control, mode] = process.argv.slice(2);

// The client library goes by the name of its folder, which tells an old version from the current one.
const folder = process.env.EVERWIRE_CLIENT ?? "socket.io-client";
export const library = await import(folder);
const manifest = new URL(`../node_modules/${folder}/package.json`, import.meta.url);
const [major, minor] = JSON.parse(readFileSync(manifest)).version.split(".").map(Number);
const version = `${major}.${minor}`;

// has tells whether the client library is of that version or later.
export function has(since) {
  const [wantMajor, wantMinor] = since.split(".").map(Number);
  return major > wantMajor || (major === wantMajor && minor >= wantMinor);
}

// official tells that the server is the control.
export const official = process.env.EVERWIRE_SERVER === "official";

const transports = {
  polling: ["polling"],
  websocket: ["websocket"],
  upgrade: ["polling", "websocket"],
};

export const finalTransport = mode === "polling" ? "polling" : "websocket";

const features = [];
const cleanups = [];

// feature registers a row of the table. A client older than `since` does not have it; `api` says what it lacks.
// What run returns is the name of what the server has not got yet, if the feature waits for that.
export function feature(name, run, { since = "4.0", api } = {}) {
  features.push({ name, run, since, api });
}

// runAll runs the features one after the other and prints a JSON line for each.
export async function runAll() {
  const only = process.env.EVERWIRE_FEATURE;
  for (const each of features) {
    if (only && !each.name.includes(only)) continue;
    console.log(JSON.stringify(await runOne(each)));
  }
  process.exit(0);
}

async function runOne({ name, run, since, api }) {
  if (!has(since)) return { name, absent: `not in ${version}`, reason: `${api} came with ${since}` };
  const line = { name };
  try {
    line.pending = await within(run(), 20_000, "the feature");
    line.ok = !line.pending;
  } catch (err) {
    line.error = err.stack;
  }
  for (const cleanup of cleanups.splice(0)) cleanup();
  return line;
}

export function within(promise, ms, what) {
  const result = new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${what}: nothing within ${ms} ms`)), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
  result.catch(() => {}); // a feature that has failed already does not wait for it
  return result;
}

// next resolves with the arguments of the emitter's next such event.
export function next(emitter, event, ms = 8000) {
  const heard = new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
  return within(heard, ms, `event "${event}"`);
}

// many resolves with the arguments of the emitter's next n such events.
export function many(emitter, event, n, ms = 8000) {
  const got = [];
  const heard = new Promise((resolve) => {
    emitter.on(event, function listen(...args) {
      if (got.push(args) < n) return;
      emitter.off(event, listen);
      resolve(got);
    });
  });
  return within(heard, ms, `${n} events "${event}"`);
}

// session returns a manager of its own: one session of the engine.
export function session(options = {}) {
  const manager = new library.Manager(url, {
    transports: transports[mode],
    autoConnect: false,
    reconnection: false,
    ...options,
  });
  cleanups.push(() => {
    manager.reconnection(false);
    manager._close();
  });
  return manager;
}

// call emits an event and resolves with the first value of its answer, as emitWithAck does in clients that have it.
export function call(socket, event, ...args) {
  return within(new Promise((resolve) => socket.emit(event, ...args, resolve)), 8000, `answer to "${event}"`);
}

// upgraded waits until the manager's session is on the transport of this mode.
export async function upgraded(manager) {
  if (manager.engine.transport.name !== finalTransport) await next(manager.engine, "upgrade");
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

// outcome asks the server what it recorded under the key, and waits until it has.
export async function outcome(key) {
  return (await fetch(`${control}/outcome?key=${encodeURIComponent(key)}`)).json();
}

export async function restartServer() {
  await fetch(`${control}/restart`);
}

// victim starts another process with one connected client; resolves when that is on its final transport.
export async function victim() {
  const path = fileURLToPath(new URL("./victim.mjs", import.meta.url));
  const child = spawn(process.execPath, [path, url, control, mode], { stdio: ["ignore", "pipe", "inherit"] });
  cleanups.push(() => child.kill("SIGKILL"));
  const [id] = await next(createInterface({ input: child.stdout }), "line");
  return { id, kill: (signal) => child.kill(signal) };
}
