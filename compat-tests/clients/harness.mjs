// What the features share: clients of the official library in one of three modes, and waits with a deadline.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Manager } from "socket.io-client";

export const [url, control, mode] = process.argv.slice(2);

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

// feature registers a row of the table.
export function feature(name, run) {
  features.push({ name, run });
}

// runAll runs the features one after the other and prints a JSON line for each.
export async function runAll() {
  const only = process.env.EVERWIRE_FEATURE;
  for (const { name, run } of features) {
    if (only && !name.includes(only)) continue;
    const line = { name, ok: true };
    const start = performance.now();
    try {
      await within(run(), 20_000, "the feature");
    } catch (err) {
      Object.assign(line, { ok: false, error: err.stack });
    }
    line.ms = Math.round(performance.now() - start);
    for (const cleanup of cleanups.splice(0)) cleanup();
    console.log(JSON.stringify(line));
  }
  process.exit(0);
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
  const manager = new Manager(url, {
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

// upgraded waits until the manager's session is on the transport of this mode.
export async function upgraded(manager) {
  if (manager.engine.transport.name !== finalTransport) await next(manager.engine, "upgrade");
}

// open connects a socket, and in the mode "upgrade" waits for the upgrade. It has heard the welcome of the server.
export async function open(nsp = "/", { manager = session(), auth, early = false } = {}) {
  const socket = manager.socket(nsp, { auth });
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
